/// What an answer may look like: rules over bytes, checked and compiled.
///
/// Made from GBNF-like text or from a JSON schema. A grammar that exists can be ended from everywhere: rules that never
/// end, rules that refer to themselves at their left and rules that are missing have been refused. Equal means the same
/// object, so that what is computed for a grammar can be kept by it.
package final class Grammar: Sendable, Hashable {
  package struct Rule: Sendable, Hashable {
    package var name: String
    package var body: GrammarExpression

    package init(name: String, body: GrammarExpression) {
      self.name = name
      self.body = body
    }
  }

  package let rules: [Rule]
  /// Index of the rule that the whole answer is.
  package let root: Int
  let program: GrammarProgram

  /// Frames that an answer may open within each other: calls of rules and counted repetitions.
  package static let maximumDepth = 256
  package static let maximumRules = 8192
  /// Readings of one text that are followed at once.
  package static let mostReadings = 1024
  /// Most bytes of a grammar's text and of a schema's.
  package static let maximumBytes = 1 << 18

  /// Throws for the first thing that makes these rules unusable.
  ///
  /// - Parameter depth: frames that an answer may open within each other, at most `maximumDepth`.
  package init(rules: [Rule], root: Int, depth: Int = Grammar.maximumDepth) throws(GrammarFailure) {
    guard rules.count <= Self.maximumRules else {
      throw .tooLarge(what: "rules", found: rules.count, allowed: Self.maximumRules)
    }
    precondition(rules.indices.contains(root), "the root is one of the rules")
    self.rules = rules
    self.root = root
    program = try GrammarProgram(rules: rules, root: root, depth: min(depth, Self.maximumDepth))
  }

  /// True where the whole text is one that the grammar allows.
  package func matches(_ bytes: some Sequence<UInt8>) -> Bool {
    var matcher = GrammarMatcher(self)
    return matcher.accept(bytes) && matcher.canEnd
  }

  package static func == (left: Grammar, right: Grammar) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
