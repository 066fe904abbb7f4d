package import WeirEntities
internal import WeirFiles

/// Approved answers by intent, checked once and then only read.
///
/// The first answer of an intent whose slots can all be filled is given; so the particular ones stand before the
/// general ones.
package struct AnswerTemplates: Sendable {
  package struct Answer: Sendable, Hashable {
    package var id: String
    package var intent: String
    package var text: SlotText
    /// Slots that must be filled though the text does not show them.
    package var requires: [String]
    /// True where slots that nothing fills stay visible.
    package var keepsOpenSlots: Bool

    package init(id: String, intent: String, text: SlotText, requires: [String] = [], keepsOpenSlots: Bool = false) {
      self.id = id
      self.intent = intent
      self.text = text
      self.requires = requires
      self.keepsOpenSlots = keepsOpenSlots
    }
  }

  /// What the answers of an intent come to for one prompt.
  package enum Choice: Sendable, Hashable {
    /// The text with its slots filled.
    case fits(id: String, text: String)
    /// The first answer lacks these slots, and every other one lacks some too.
    case open(id: String, slots: [String])
  }

  private let answers: [String: [Answer]]
  /// Slots that are the same for everybody.
  package let constants: [String: String]
  /// Changes with the constants; nil without any. Answers that were filled with others are not served from a cache.
  let constantsVersion: String?

  package init(_ answers: [Answer] = [], constants: [String: String] = [:]) {
    self.answers = Dictionary(grouping: answers, by: \.intent)
    self.constants = constants
    let pairs = constants.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    constantsVersion =
      pairs.isEmpty ? nil : SHA256Digest(of: Array(pairs.map { "\($0.utf8.count):\($0)" }.joined().utf8)).hex
  }

  package var isEmpty: Bool { answers.isEmpty }

  package func covers(_ intent: String) -> Bool { answers[intent] != nil }

  /// Nil where the intent has no answers.
  package func choice(for intent: String, _ values: SlotValues) -> Choice? {
    var first: Choice?
    for answer in answers[intent] ?? [] {
      let filling = answer.text.filled(from: values)
      var open = answer.requires.filter { values[$0] == nil }
      if !answer.keepsOpenSlots { open += filling.open.filter { !open.contains($0) } }
      if open.isEmpty { return .fits(id: answer.id, text: filling.text) }
      first = first ?? .open(id: answer.id, slots: open)
    }
    return first
  }
}
