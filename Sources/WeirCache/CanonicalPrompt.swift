package import WeirDomain

/// A conversation in the form that caches key on: differences that cannot change the answer are gone, all others
/// are kept.
///
/// Texts are brought to Unicode NFC. In flowing text every run of white space becomes one space, or one line break
/// if it holds one, and the ends are trimmed. In text whose layout may matter (a fence of three backticks or
/// tildes, or a line that begins with white space) only line ends are unified and the ends of lines trimmed: an
/// indented program is another program when its indentation changes. Symbols and, unless asked for, case are kept.
package struct CanonicalPrompt: Sendable, Hashable {
  package let messages: [ChatMessage]

  package init(_ messages: [ChatMessage], foldingCase: Bool = false) {
    self.messages = messages.map { message in
      let text = CanonicalPrompt.canonical(message.content)
      // Small letters may compose where their capitals do not: J with a caron has no letter of its own, j has.
      return ChatMessage(
        role: message.role, content: foldingCase ? NormalForm.composed(text.lowercased()) : text,
        original: message.original)
    }
  }

  /// The last user turn; empty where there is none.
  package var lastUserTurn: String {
    messages.last { $0.role == .user }?.content ?? ""
  }

  /// Every turn but the last user one: what the last turn's words refer to.
  package var context: [ChatMessage] {
    guard let last = messages.lastIndex(where: { $0.role == .user }) else { return messages }
    var context = messages
    context.remove(at: last)
    return context
  }

  /// Combining marks in a row that a text may have.
  package static var mostMarks: Int { NormalForm.mostMarks }

  /// Whether comparing the text with another takes time that grows with its square: it has longer runs of combining
  /// marks than any language writes.
  package static func isHostile(_ text: String) -> Bool { NormalForm.hasLongRun(text) }

  static func canonical(_ text: String) -> String {
    if PlainText.isCanonical(text) { return text }
    let text = NormalForm.composed(text)
    return PlainText.hasLayout(text) ? PlainText.trimmingLines(text) : PlainText.collapsing(text)
  }
}
