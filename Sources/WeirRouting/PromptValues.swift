package import WeirDomain
package import WeirEntities

/// The values of one prompt and what is made of them: found once, used by caches, templates and the generator.
package struct PromptValues: Sendable, Hashable {
  package var entities: [Entity]
  package var slots: SlotValues

  /// No values.
  package init() {
    (entities, slots) = ([], SlotValues())
  }

  package init(prompt: String, constants: [String: String]) {
    entities = EntityExtractor().entities(in: prompt)
    slots = SlotValues(constants: constants, entities: entities)
  }

  /// True where an answer to this prompt is one person's own.
  package var arePersonal: Bool { entities.contains(where: \.kind.isPersonal) }

  /// The same, where earlier turns of the user count too: what follows is about them.
  func arePersonal(in messages: [ChatMessage]) -> Bool {
    arePersonal
      || messages.filter { $0.role == .user }.dropLast().suffix(8).contains { turn in
        EntityExtractor().entities(in: turn.content).contains(where: \.kind.isPersonal)
      }
  }

  /// The conversation with slots for the values of its last user turn.
  package func delexicalized(_ messages: [ChatMessage]) -> [ChatMessage] {
    guard let last = messages.lastIndex(where: { $0.role == .user }) else { return messages }
    var result = messages
    result[last] = ChatMessage(
      role: .user, content: EntityExtractor.delexicalized(messages[last].content, entities))
    return result
  }
}
