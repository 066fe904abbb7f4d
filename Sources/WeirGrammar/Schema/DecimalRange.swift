/// Decimal numbers between two bounds, digit by digit.
enum DecimalRange {
  /// Every integer of so many digits is exact as a Double.
  static let digits = 15
  static let largest = 999_999_999_999_999

  private static var digit: GrammarExpression { .scalars(ScalarSet([0x30...0x39])) }
  private static var nonzero: GrammarExpression { .scalars(ScalarSet([0x31...0x39])) }

  static var anyInteger: GrammarExpression {
    .choice([
      .text("0"), .sequence([.optional(.text("-")), nonzero, .repetition(digit, least: 0, most: digits - 1)]),
    ])
  }

  static var anyNumber: GrammarExpression {
    .sequence([
      .optional(.text("-")),
      .choice([
        .sequence([.text("0"), .optional(fraction(digits))]), .sequence([nonzero, rest(digits - 1)]),
      ]),
      .optional(
        .sequence([
          .scalars(ScalarSet("eE")), .optional(.scalars(ScalarSet("+-"))), .repetition(digit, least: 1, most: 2),
        ])),
    ])
  }

  private static func fraction(_ most: Int) -> GrammarExpression {
    .sequence([.text("."), .repetition(digit, least: 1, most: most)])
  }

  /// What may stand after some digits where `left` more are exact: digits, then a fraction of those that remain.
  private static func rest(_ left: Int) -> GrammarExpression {
    if left == 0 { return .empty }
    return .optional(.choice([.sequence([digit, rest(left - 1)]), fraction(left)]))
  }

  struct Bounds {
    var least: Double?
    var most: Double?
    /// True where the bound itself is no value.
    var excludesLeast = false
    var excludesMost = false

    var isOpen: Bool { least == nil && most == nil }

    /// The integers between, within what is exact.
    var integers: ClosedRange<Int>? {
      let bound = Double(DecimalRange.largest)
      let low = least.map { excludesLeast ? $0.rounded(.down) + 1 : $0.rounded(.up) } ?? -bound
      let high = most.map { excludesMost ? $0.rounded(.up) - 1 : $0.rounded(.down) } ?? bound
      let (from, to) = (max(low, -bound), min(high, bound))
      return from <= to ? Int(from)...Int(to) : nil
    }
  }

  /// Nil where there are none.
  static func integers(_ bounds: Bounds) -> GrammarExpression? {
    if bounds.isOpen { return anyInteger }
    return bounds.integers.map { integers($0) }
  }

  /// Integers, and numbers with a fraction as far as a whole unit lies between the bounds. Nil where there are none.
  static func numbers(_ bounds: Bounds) -> GrammarExpression? {
    if bounds.isOpen { return anyNumber }
    var choices = bounds.integers.map { [integers($0)] } ?? []
    let bound = Double(largest)
    let (least, most) = (max(bounds.least ?? -bound, -bound), min(bounds.most ?? bound, bound))
    // n.f lies in n ..< n + 1, and -n.f in -(n + 1) <... -n.
    choices += fractions(
      "", from: max(least, 0).rounded(.up), to: most.rounded(.down) - 1,
      skipsWhole: bounds.excludesLeast ? least : nil)
    choices += fractions(
      "-", from: max(-most, 0).rounded(.up), to: (-least).rounded(.down) - 1,
      skipsWhole: bounds.excludesMost ? -most : nil)
    return choices.isEmpty ? nil : .choice(choices)
  }

  private static func fractions(
    _ sign: String, from: Double, to: Double, skipsWhole excluded: Double?
  ) -> [GrammarExpression] {
    guard from <= to else { return [] }
    var choices: [GrammarExpression] = []
    var first = Int(from)
    if excluded == from {
      let most = room(after: first)
      if most > 0 {
        let aboveWhole = GrammarExpression.sequence([
          .text("."), .repetition(digit, least: 0, most: most - 1), nonzero,
        ])
        choices.append(.sequence([.text(sign), naturals(first...first), aboveWhole]))
      }
      first += 1
    }
    // By the length of the whole part, because it says how long the fraction may be.
    while first <= Int(to) {
      let most = room(after: first)
      if most == 0 { break }
      var last = 9
      while last < first { last = last * 10 + 9 }
      last = min(last, Int(to))
      choices.append(.sequence([.text(sign), naturals(first...last), fraction(most)]))
      first = last + 1
    }
    return choices
  }

  /// Digits that a fraction may have after this whole part; before the point, zero takes none.
  private static func room(after whole: Int) -> Int {
    whole == 0 ? digits : digits - "\(whole)".utf8.count
  }

  static func integers(_ range: ClosedRange<Int>) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    if range.lowerBound < 0 {
      let positive = max(-range.upperBound, 1)...(-range.lowerBound)
      choices.append(.sequence([.text("-"), naturals(positive)]))
    }
    if range.upperBound >= 0 { choices.append(naturals(max(range.lowerBound, 0)...range.upperBound)) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// Without leading zeros; the bounds are not negative and have at most `digits` digits.
  static func naturals(_ range: ClosedRange<Int>) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    var first = 0
    var last = 9
    for _ in 0..<digits {
      let (low, high) = (max(range.lowerBound, first), min(range.upperBound, last))
      if low <= high { choices.append(sameLength(Array("\(low)".utf8)[...], Array("\(high)".utf8)[...])) }
      first = last + 1
      last = last * 10 + 9
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private static func sameLength(_ low: ArraySlice<UInt8>, _ high: ArraySlice<UInt8>) -> GrammarExpression {
    guard let first = low.first, let last = high.first else { return .empty }
    let (lowRest, highRest) = (low.dropFirst(), high.dropFirst())
    if first == last { return .sequence([.bytes([first]), sameLength(lowRest, highRest)]) }
    let rest = GrammarExpression.repetition(digit, least: lowRest.count, most: lowRest.count)
    let zeros = lowRest.map { _ in UInt8(ascii: "0") }[...]
    let nines = highRest.map { _ in UInt8(ascii: "9") }[...]
    var (from, to) = (first, last)
    var choices: [GrammarExpression] = []
    if lowRest != zeros {
      choices.append(.sequence([.bytes([first]), sameLength(lowRest, nines)]))
      from += 1
    }
    if highRest != nines {
      choices.append(.sequence([.bytes([last]), sameLength(zeros, highRest)]))
      to -= 1
    }
    if from <= to { choices.append(.sequence([.scalars(ScalarSet([UInt32(from)...UInt32(to)])), rest])) }
    return .choice(choices)
  }
}
