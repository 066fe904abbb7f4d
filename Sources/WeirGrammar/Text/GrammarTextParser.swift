/// Reads the GBNF-like text of a grammar.
///
/// ```
/// # a comment
/// root  ::= item ("," " "? item)*
/// item  ::= [a-z0-9_]{1,8} | "\"" [^"\n]* "\""
/// ```
/// Literals and classes know the escapes `\n \r \t \\ \" \[ \] \- \^ \xHH \uHHHH \UHHHHHHHH`; `.` is any scalar. After a
/// part may stand `*`, `+`, `?`, `{m}`, `{m,}`, `{,n}` or `{m,n}`. A rule ends where the next `name ::=` begins, so line ends
/// mean nothing. The answer is the rule `root`.
struct GrammarTextParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var names: [String: Int] = [:]
  private var bodies: [GrammarExpression?] = []
  private var order: [String] = []
  /// Where each rule is first spoken of.
  private var places: [Int] = []
  private var depth = 0

  static let maximumDepth = 48
  static let maximumCount = 1_000_000

  private init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  static func parse(_ text: String) throws(GrammarFailure) -> [Grammar.Rule] {
    guard text.utf8.count <= Grammar.maximumBytes else {
      throw .tooLarge(what: "bytes", found: text.utf8.count, allowed: Grammar.maximumBytes)
    }
    var parser = GrammarTextParser(text)
    parser.skipBlanks()
    while parser.position < parser.scalars.count {
      try parser.rule()
    }
    return try parser.finished()
  }

  private func finished() throws(GrammarFailure) -> [Grammar.Rule] {
    var rules: [Grammar.Rule] = []
    for (index, name) in order.enumerated() {
      guard let body = bodies[index] else { throw failure("a rule of this name is not there", at: places[index]) }
      rules.append(Grammar.Rule(name: name, body: body))
    }
    guard names["root"] != nil else { throw failure("the grammar has no rule named root", at: 0) }
    return rules
  }

  // MARK: Rules

  private mutating func rule() throws(GrammarFailure) {
    let start = position
    guard let name = name() else { throw failure("expected the name of a rule") }
    skipBlanks()
    guard take("::=") else { throw failure("expected ::= after the name of a rule") }
    let index = try self.index(of: name, at: start)
    guard bodies[index] == nil else { throw failure("a rule of this name is there already", at: start) }
    skipBlanks()
    bodies[index] = try alternatives()
  }

  private mutating func index(of name: String, at place: Int) throws(GrammarFailure) -> Int {
    if let index = names[name] { return index }
    guard order.count < Grammar.maximumRules else {
      throw .tooLarge(what: "rules", found: order.count + 1, allowed: Grammar.maximumRules)
    }
    names[name] = order.count
    order.append(name)
    bodies.append(nil)
    places.append(place)
    return order.count - 1
  }

  private mutating func alternatives() throws(GrammarFailure) -> GrammarExpression {
    var choices = [try sequence()]
    while take("|") {
      skipBlanks()
      choices.append(try sequence())
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(GrammarFailure) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    while let part = try self.part() {
      parts.append(try repeated(part))
      skipBlanks()
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// Nil where the sequence ends.
  private mutating func part() throws(GrammarFailure) -> GrammarExpression? {
    guard position < scalars.count else { return nil }
    switch scalars[position] {
    case "\"": return .text(try literal())
    case "[": return .scalars(try scalarClass())
    case ".":
      position += 1
      return .scalars(.all)
    case "(":
      let start = position
      guard depth < Self.maximumDepth else { throw failure("groups within more than \(Self.maximumDepth) others") }
      depth += 1
      position += 1
      skipBlanks()
      let group = try alternatives()
      guard take(")") else { throw failure("this group is not closed", at: start) }
      depth -= 1
      return group
    case "|", ")": return nil
    default:
      let start = position
      guard let name = name() else { throw failure("expected a literal, a class, a group or the name of a rule") }
      let end = position
      skipBlanks()
      let isNext = scalars[position...].starts(with: "::=".unicodeScalars)
      position = isNext ? start : end
      return isNext ? nil : .rule(try index(of: name, at: start))
    }
  }

  private mutating func repeated(_ part: GrammarExpression) throws(GrammarFailure) -> GrammarExpression {
    var part = part
    var marks = 0
    while position < scalars.count {
      let start = position
      var isMarked = true
      switch scalars[position] {
      case "*": part = .any(part)
      case "+": part = .repetition(part, least: 1, most: nil)
      case "?": part = .optional(part)
      case "{":
        let (least, most) = try counts()
        part = .repetition(part, least: least, most: most)
      default: isMarked = false
      }
      guard isMarked else { break }
      marks += 1
      guard marks <= 4 else { throw failure("more than 4 repetitions of the same part", at: start) }
      position += 1
    }
    return part
  }

  /// `{m}`, `{m,}`, `{,n}` or `{m,n}`; stops at the closing brace.
  private mutating func counts() throws(GrammarFailure) -> (Int, Int?) {
    let start = position
    position += 1
    let least = try number()
    var most = least
    if take(",") { most = try number() } else if least == nil { throw failure("expected a number", at: start) }
    guard position < scalars.count, scalars[position] == "}" else { throw failure("expected }") }
    guard (least ?? 0) <= most ?? .max else {
      throw failure("the least count is above the most", at: start)
    }
    return (least ?? 0, most)
  }

  private mutating func number() throws(GrammarFailure) -> Int? {
    var value: Int?
    while position < scalars.count, let digit = scalars[position].decimalDigit {
      value = (value ?? 0) * 10 + digit
      guard value ?? 0 <= Self.maximumCount else { throw failure("a count above \(Self.maximumCount)") }
      position += 1
    }
    return value
  }

  // MARK: Literals and classes

  private mutating func literal() throws(GrammarFailure) -> String {
    let start = position
    position += 1
    var text = String.UnicodeScalarView()
    while position < scalars.count, scalars[position] != "\"" {
      text.append(try scalar())
    }
    guard position < scalars.count else { throw failure("this literal is not closed", at: start) }
    position += 1
    return String(text)
  }

  private mutating func scalarClass() throws(GrammarFailure) -> ScalarSet {
    let start = position
    position += 1
    var ranges: [ClosedRange<UInt32>] = []
    let isNegated = take("^")
    while position < scalars.count, scalars[position] != "]" {
      let first = try scalar()
      var last = first
      if position + 1 < scalars.count, scalars[position] == "-", scalars[position + 1] != "]" {
        position += 1
        last = try scalar()
      }
      guard first.value <= last.value else { throw failure("this range of a class runs backwards") }
      ranges.append(first.value...last.value)
    }
    guard position < scalars.count else { throw failure("this class is not closed", at: start) }
    position += 1
    let set = isNegated ? ScalarSet(ranges).complement : ScalarSet(ranges)
    guard !set.isEmpty else { throw failure("this class has no members", at: start) }
    return set
  }

  /// One scalar of a literal or a class, with its escape read.
  private mutating func scalar() throws(GrammarFailure) -> Unicode.Scalar {
    let first = scalars[position]
    position += 1
    guard first == "\\" else { return first }
    guard position < scalars.count else { throw failure("an escape at the end of the text") }
    let escape = scalars[position]
    position += 1
    switch escape {
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "\\", "\"", "[", "]", "-", "^", "/", "'": return escape
    case "x": return try hexadecimal(2)
    case "u": return try hexadecimal(4)
    case "U": return try hexadecimal(8)
    default: throw failure("an unknown escape; write \\\\ for a backslash", at: position - 2)
    }
  }

  private mutating func hexadecimal(_ digits: Int) throws(GrammarFailure) -> Unicode.Scalar {
    let start = position - 2
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard position < scalars.count, let digit = Character(scalars[position]).hexDigitValue else {
        throw failure("this escape needs \(digits) hexadecimal digits", at: start)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure("this escape names no Unicode scalar", at: start) }
    return scalar
  }

  // MARK: Text

  private mutating func skipBlanks() {
    while position < scalars.count {
      switch scalars[position] {
      case " ", "\t", "\n", "\r": position += 1
      case "#": while position < scalars.count, scalars[position] != "\n" { position += 1 }
      default: return
      }
    }
  }

  private mutating func take(_ text: String) -> Bool {
    guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  private mutating func name() -> String? {
    let start = position
    while position < scalars.count, scalars[position].isNamePart { position += 1 }
    guard position > start else { return nil }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars[start..<position])
    return String(name)
  }

  private func failure(_ problem: String, at place: Int? = nil) -> GrammarFailure {
    let before = scalars[..<min(place ?? position, scalars.count)]
    let line = before.reduce(1) { $0 + ($1 == "\n" ? 1 : 0) }
    let column = before.count - (before.lastIndex(of: "\n").map { $0 + 1 } ?? 0) + 1
    return .syntax(line: line, column: column, problem: problem)
  }
}

extension Unicode.Scalar {
  fileprivate var isNamePart: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
    default: false
    }
  }

  fileprivate var decimalDigit: Int? {
    ("0"..."9").contains(self) ? Int(value) - 0x30 : nil
  }
}

extension Grammar {
  /// The grammar that GBNF-like text describes; see `GrammarTextParser`.
  package convenience init(text: String) throws(GrammarFailure) {
    let rules = try GrammarTextParser.parse(text)
    guard let root = rules.firstIndex(where: { $0.name == "root" }) else {
      preconditionFailure("the parser refuses a grammar without root")
    }
    try self.init(rules: rules, root: root)
  }
}
