/// How characters are written inside JSON strings.
enum JSONStrings {
  /// What stands for itself.
  static let plain = ScalarSet([0x20...0x21, 0x23...0x5B, 0x5D...0x10FFFF])

  private static let short: [(scalar: Unicode.Scalar, letter: String)] = [
    ("\"", "\""), ("\\", "\\"), ("\u{8}", "b"), ("\u{C}", "f"), ("\n", "n"), ("\r", "r"), ("\t", "t"),
  ]

  /// Any character, written in any way; half of a surrogate pair is none.
  static var any: GrammarExpression {
    let digit = GrammarExpression.scalars(ScalarSet("0123456789abcdefABCDEF"))
    let two = GrammarExpression.sequence([digit, digit])
    let four = GrammarExpression.choice([
      .sequence([.scalars(ScalarSet("0123456789abcefABCEF")), digit, two]),
      .sequence([.scalars(ScalarSet("dD")), .scalars(ScalarSet("01234567")), two]),
    ])
    let escape = GrammarExpression.choice([.scalars(ScalarSet("\"\\/bfnrt")), .sequence([.text("u"), four])])
    return .choice([.scalars(plain), .sequence([.text("\\"), escape])])
  }

  /// One character of the set, escaped where it has to be.
  static func one(of set: ScalarSet) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    let bare = set.intersection(plain)
    if !bare.isEmpty { choices.append(.scalars(bare)) }
    for range in set.subtracting(plain).ranges {
      for value in range { choices.append(.text(escaped(value))) }
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// The text as a JSON string, its quotes included.
  static func quoted(_ text: String) -> String {
    var quoted = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in text.unicodeScalars {
      if plain.contains(scalar.value) {
        quoted.append(scalar)
      } else {
        quoted.append(contentsOf: escaped(scalar.value).unicodeScalars)
      }
    }
    quoted.append("\"")
    return String(quoted)
  }

  private static func escaped(_ value: UInt32) -> String {
    if let known = short.first(where: { $0.scalar.value == value }) { return "\\" + known.letter }
    let digits = String(value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
  }

  /// Strings of bare characters that are none of `names`, with the closing quote and without the opening one.
  static func other(than names: [String]) -> GrammarExpression {
    let bare = names.map { Array($0.unicodeScalars) }.filter { $0.allSatisfy { plain.contains($0.value) } }
    return other(than: bare.map { $0[...] })
  }

  private static func other(than names: [ArraySlice<Unicode.Scalar>]) -> GrammarExpression {
    var choices: [GrammarExpression] = names.contains { $0.isEmpty } ? [] : [.text("\"")]
    let groups = Dictionary(grouping: names.filter { !$0.isEmpty }) { $0.first?.value ?? 0 }
    let rest = plain.subtracting(ScalarSet(groups.keys.map { $0...$0 }))
    choices.append(.sequence([.scalars(rest), .any(.scalars(plain)), .text("\"")]))
    for (first, tails) in groups.sorted(by: { $0.key < $1.key }) {
      choices.append(.sequence([.scalars(ScalarSet([first...first])), other(than: tails.map { $0.dropFirst() })]))
    }
    return .choice(choices)
  }
}
