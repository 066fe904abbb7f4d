/// How far an answer has come in its grammar. A value: copy it to return to it.
package struct GrammarState: Sendable {
  /// Number in the masker's tables of this age.
  var config: GrammarTables.Config
  var age: Int
  let snapshot: GrammarSnapshot
  /// True where the answer is a whole text of the grammar.
  package let canEnd: Bool
}
