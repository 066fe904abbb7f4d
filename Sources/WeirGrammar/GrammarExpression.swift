/// The right side of a rule.
package indirect enum GrammarExpression: Sendable, Hashable {
  /// These bytes in a row; none of them is the empty text.
  case bytes([UInt8])
  /// One scalar of the set, as UTF-8.
  case scalars(ScalarSet)
  /// The rule of this index.
  case rule(Int)
  case sequence([GrammarExpression])
  case choice([GrammarExpression])
  /// At least `least` and, where it is given, at most `most` times.
  case repetition(GrammarExpression, least: Int, most: Int?)

  package static var empty: GrammarExpression { .bytes([]) }

  package static func text(_ text: String) -> GrammarExpression { .bytes(Array(text.utf8)) }
  package static func optional(_ body: GrammarExpression) -> GrammarExpression {
    .repetition(body, least: 0, most: 1)
  }
  package static func any(_ body: GrammarExpression) -> GrammarExpression { .repetition(body, least: 0, most: nil) }

  /// Calls `body` with the index of each rule that is referred to.
  func forEachReference(_ body: (Int) -> Void) {
    switch self {
    case .bytes, .scalars: break
    case .rule(let index): body(index)
    case .sequence(let parts), .choice(let parts): for part in parts { part.forEachReference(body) }
    case .repetition(let part, _, _): part.forEachReference(body)
    }
  }
}
