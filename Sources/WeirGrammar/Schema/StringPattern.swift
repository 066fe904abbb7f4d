/// Reads the regular part of ECMA 262's patterns, as JSON schemas use them, for the inside of a JSON string.
///
/// Known are literals, `.`, classes, `\d \w \s` and their opposites, groups, `|`, the quantifiers, and `^` and `$` at the ends
/// of the pattern or of its alternatives; a missing anchor leaves any text there. Looking around, back references, word
/// borders and properties are refused.
struct StringPattern {
  private let scalars: [Unicode.Scalar]
  private let path: String
  private var position = 0
  private var depth = 0

  static let maximumDepth = 32
  static let maximumCount = 10_000

  private static let digits = ScalarSet([0x30...0x39])
  private static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  private static let blank = ScalarSet(" \t\n\r\u{B}\u{C}")
  private static let wideBlank = blank.union(
    ScalarSet([
      0x1C...0x1F, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
      0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ]))
  private static let lineEnds = ScalarSet("\n\r\u{2028}\u{2029}")

  /// The characters of the strings that match, without quotes. `path` is where the pattern stands in its schema.
  static func characters(of pattern: String, path: String) throws(GrammarFailure) -> GrammarExpression {
    guard pattern.utf8.count <= 4096 else {
      throw .tooLarge(what: "bytes of a pattern", found: pattern.utf8.count, allowed: 4096)
    }
    var reader = StringPattern(scalars: Array(pattern.unicodeScalars), path: path)
    return try reader.whole()
  }

  private init(scalars: [Unicode.Scalar], path: String) {
    self.scalars = scalars
    self.path = path
  }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private func failure(_ problem: String, at place: Int? = nil) -> GrammarFailure {
    .pattern(path: path, column: (place ?? position) + 1, problem: problem)
  }

  // MARK: Structure

  private mutating func whole() throws(GrammarFailure) -> GrammarExpression {
    var choices: [GrammarExpression] = []
    repeat {
      let isFixedAtStart = take("^")
      let body = try sequence()
      let isFixedAtEnd = take("$")
      let anything = [GrammarExpression.any(JSONStrings.any)]
      choices.append(.sequence((isFixedAtStart ? [] : anything) + [body] + (isFixedAtEnd ? [] : anything)))
    } while take("|")
    guard next == nil else { throw failure(next == ")" ? "a ) without its (" : "an anchor inside the pattern") }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func group() throws(GrammarFailure) -> GrammarExpression {
    let start = position
    position += 1
    depth += 1
    guard depth <= Self.maximumDepth else { throw failure("groups within more than \(Self.maximumDepth) others") }
    if take("?") {
      if take("<") {
        guard let letter = next, letter != "=", letter != "!" else {
          throw failure("it looks around, which is not regular", at: start)
        }
        while let scalar = next, scalar != ">" { position += 1 }
        guard take(">") else { throw failure("a group's name that is not closed", at: start) }
      } else {
        guard take(":") else { throw failure("it looks around, which is not regular", at: start) }
      }
    }
    var choices = [try sequence()]
    while take("|") { choices.append(try sequence()) }
    guard take(")") else { throw failure(next == nil ? "a ( that is not closed" : "an anchor inside the pattern") }
    depth -= 1
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(GrammarFailure) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    while let scalar = next, !"|)$^".unicodeScalars.contains(scalar) {
      parts.append(try quantified(try atom()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func atom() throws(GrammarFailure) -> GrammarExpression {
    switch next {
    case "(": return try group()
    case "[": return JSONStrings.one(of: try characterClass())
    case ".":
      position += 1
      return JSONStrings.one(of: Self.lineEnds.complement)
    case "\\": return JSONStrings.one(of: try escape())
    case "*", "+", "?", "{": throw failure("a quantifier with nothing before it")
    case let scalar?:
      position += 1
      return JSONStrings.one(of: ScalarSet([scalar.value...scalar.value]))
    case nil: throw failure("the end of the pattern")
    }
  }

  private mutating func quantified(_ atom: GrammarExpression) throws(GrammarFailure) -> GrammarExpression {
    let start = position
    var result = atom
    if take("*") {
      result = .any(atom)
    } else if take("+") {
      result = .repetition(atom, least: 1, most: nil)
    } else if take("?") {
      result = .optional(atom)
    } else if take("{") {
      guard let least = number() else { throw failure("a quantifier without a number", at: start) }
      let most = take(",") ? number() : least
      guard take("}"), least <= most ?? .max, least <= Self.maximumCount, most ?? 0 <= Self.maximumCount else {
        throw failure("a quantifier that is not {m}, {m,} or {m,n} with counts up to \(Self.maximumCount)", at: start)
      }
      result = .repetition(atom, least: least, most: most)
    } else {
      return atom
    }
    // Lazy or not, the same texts match.
    _ = take("?")
    if let again = next, "*+{".unicodeScalars.contains(again) { throw failure("a quantifier of a quantifier") }
    return result
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, Self.digits.contains(scalar.value), value ?? 0 <= Self.maximumCount {
      value = (value ?? 0) * 10 + Int(scalar.value) - 0x30
      position += 1
    }
    return value
  }

  // MARK: Characters

  private mutating func characterClass() throws(GrammarFailure) -> ScalarSet {
    let start = position
    position += 1
    let isNegated = take("^")
    var set = ScalarSet.none
    while let scalar = next, scalar != "]" {
      let first = try member()
      var last = first
      if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
        position += 1
        last = try member()
        guard let from = first.single, let to = last.single, from <= to else {
          throw failure("a range of a class that runs backwards or has no ends", at: start)
        }
        set = set.union(ScalarSet([from...to]))
      } else {
        set = set.union(isNegated && first == Self.blank ? Self.wideBlank : last)
      }
    }
    guard take("]") else { throw failure("a class that is not closed", at: start) }
    if isNegated { set = set.complement }
    guard !set.isEmpty else { throw failure("a class without members", at: start) }
    return set
  }

  private mutating func member() throws(GrammarFailure) -> ScalarSet {
    guard let scalar = next else { throw failure("a class that is not closed") }
    if scalar == "\\" { return try escape(inClass: true) }
    position += 1
    return ScalarSet([scalar.value...scalar.value])
  }

  private mutating func escape(inClass: Bool = false) throws(GrammarFailure) -> ScalarSet {
    let start = position
    position += 1
    guard let scalar = next else { throw failure("an escape at the end") }
    position += 1
    func one(_ value: UInt32) -> ScalarSet { ScalarSet([value...value]) }
    switch scalar {
    case "d": return Self.digits
    case "D": return Self.digits.complement
    case "w": return Self.word
    case "W": return Self.word.complement
    case "s": return Self.blank
    case "S": return Self.wideBlank.complement
    case "n": return one(0x0A)
    case "r": return one(0x0D)
    case "t": return one(0x09)
    case "v": return one(0x0B)
    case "f": return one(0x0C)
    case "x": return one(try hexadecimal(2, from: start))
    case "u": return one(try hexadecimal(4, from: start))
    case "b" where inClass: return one(0x08)
    case "b", "B": throw failure("a border of words, which is not supported", at: start)
    case "p", "P": throw failure("a Unicode property, which is not supported", at: start)
    case "0"..."9", "k": throw failure("a back reference, which is not regular", at: start)
    case "a"..."z", "A"..."Z": throw failure("an unknown escape", at: start)
    default: return one(scalar.value)
    }
  }

  private mutating func hexadecimal(_ digits: Int, from start: Int) throws(GrammarFailure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = next, let digit = Character(scalar).hexDigitValue else {
        throw failure("an escape with fewer than \(digits) hexadecimal digits", at: start)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    guard Unicode.Scalar(value) != nil else { throw failure("an escape that names half a surrogate pair", at: start) }
    return value
  }
}

extension ScalarSet {
  /// The only member.
  fileprivate var single: UInt32? {
    guard ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
    return ranges[0].lowerBound
  }
}
