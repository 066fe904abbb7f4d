/// Strings, numbers, and values without a schema.
extension JSONSchemaCompiler {
  /// Nothing, a space, or a new line with its indent: as JSON is commonly laid out, and never for long.
  static var gap: GrammarExpression {
    .choice([
      .empty, .text(" "), .sequence([.text("\n"), .repetition(.text(" "), least: 0, most: 24)]),
    ])
  }

  static var space: GrammarExpression { .optional(.text(" ")) }

  mutating func anyString() throws(GrammarFailure) -> GrammarExpression {
    try sharedRule("string") { _ throws(GrammarFailure) in
      .sequence([.text("\""), .any(JSONStrings.any), .text("\"")])
    }
  }

  mutating func string(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> GrammarExpression {
    let least = try count("minLength", keywords, path)
    let most = try count("maxLength", keywords, path)
    let written = try text("pattern", keywords, path)
    let known = try format(keywords, path)?.pattern
    if let pattern = written ?? known {
      for name in ["minLength", "maxLength", "format"] where keywords[name] != nil {
        if name == "format", keywords["pattern"] == nil { continue }
        throw .unsupportedKeyword(name, path: path, advice: "Beside a pattern or format, put it into the pattern.")
      }
      let characters = try StringPattern.characters(of: pattern, path: path)
      return try sharedRule("pattern \(pattern)") { _ throws(GrammarFailure) in
        .sequence([.text("\""), characters, .text("\"")])
      }
    }
    if least == nil, most == nil { return try anyString() }
    guard (least ?? 0) <= most ?? .max else {
      throw .unsatisfiable(path: path, reason: "minLength is above maxLength")
    }
    return try sharedRule("string of \(least ?? 0) to \(most.map { String($0) } ?? "any")") {
      _ throws(GrammarFailure) in
      .sequence([.text("\""), .repetition(JSONStrings.any, least: least ?? 0, most: most), .text("\"")])
    }
  }

  private func format(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> StringFormat? {
    guard let name = try text("format", keywords, path) else { return nil }
    guard let format = StringFormat(rawValue: name) else {
      let known = StringFormat.allCases.map(\.rawValue).joined(separator: ", ")
      throw .unsupportedKeyword("format", path: path, advice: "Known formats are \(known).")
    }
    return format
  }

  mutating func number(
    _ keywords: SchemaMembers, _ path: String, isInteger: Bool
  ) throws(GrammarFailure) -> GrammarExpression {
    var bounds = DecimalRange.Bounds()
    bounds.least = try bound("minimum", keywords, path)
    bounds.most = try bound("maximum", keywords, path)
    if let least = try bound("exclusiveMinimum", keywords, path), least >= bounds.least ?? -.infinity {
      bounds.least = least
      bounds.excludesLeast = true
    }
    if let most = try bound("exclusiveMaximum", keywords, path), most <= bounds.most ?? .infinity {
      bounds.most = most
      bounds.excludesMost = true
    }
    guard let found = isInteger ? DecimalRange.integers(bounds) : DecimalRange.numbers(bounds) else {
      throw .unsatisfiable(
        path: path, reason: "no integer of at most \(DecimalRange.digits) digits lies between minimum and maximum")
    }
    return try sharedRule(isInteger ? "integer \(bounds)" : "number \(bounds)") { _ throws(GrammarFailure) in found }
  }

  /// Any value of at most `level` levels.
  mutating func any(_ level: Int) throws(GrammarFailure) -> GrammarExpression {
    try sharedRule("any \(level)") { (compiler) throws(GrammarFailure) in
      var choices: [GrammarExpression] = [
        .text("true"), .text("false"), .text("null"), try compiler.number(SchemaMembers(), "", isInteger: false),
        try compiler.anyString(),
      ]
      if level > 0 {
        choices.append(try compiler.anyObject(level))
        let values = compiler.separated(try compiler.any(level - 1), least: 0, most: nil)
        choices.append(.sequence([.text("["), Self.gap, .optional(values), Self.gap, .text("]")]))
      }
      return .choice(choices)
    }
  }

  /// Any object of at most `level` levels, at least 1.
  mutating func anyObject(_ level: Int) throws(GrammarFailure) -> GrammarExpression {
    try sharedRule("object \(level)") { (compiler) throws(GrammarFailure) in
      let member = GrammarExpression.sequence([
        try compiler.anyString(), .text(":"), Self.space, try compiler.any(level - 1),
      ])
      let members = compiler.separated(member, least: 0, most: nil)
      return .sequence([.text("{"), Self.gap, .optional(members), Self.gap, .text("}")])
    }
  }

  /// One or more of a part with commas between; `least` and `most` count those after the first.
  func separated(_ part: GrammarExpression, least: Int, most: Int?) -> GrammarExpression {
    .sequence([part, .repetition(.sequence([.text(","), Self.gap, part]), least: least, most: most)])
  }

  // MARK: Values of keywords

  func count(_ name: String, _ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> Int? {
    guard let value = keywords[name] else { return nil }
    guard let count = value.count else {
      throw .schemaValue(keyword: name, path: path, allowed: "a natural number up to a million")
    }
    return count
  }

  private func bound(_ name: String, _ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> Double? {
    guard let value = keywords[name] else { return nil }
    guard let number = value.number else { throw .schemaValue(keyword: name, path: path, allowed: "a number") }
    return number
  }

  private func text(_ name: String, _ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> String? {
    guard let value = keywords[name] else { return nil }
    guard let text = value.text else { throw .schemaValue(keyword: name, path: path, allowed: "a text") }
    return text
  }
}
