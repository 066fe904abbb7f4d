extension GrammarFailure {
  /// One sentence: what failed, where, found against allowed, what to do.
  package var message: String {
    switch self {
    case .syntax(let line, let column, let problem):
      "The grammar cannot be read at line \(line), column \(column): \(problem)."
    case .tooLarge(let what, let found, let allowed):
      "The grammar has \(found) \(what), allowed are \(allowed). Make it smaller."
    case .leftRecursion(let rule):
      "Rule \(Self.safe(rule)) of the grammar begins with itself. Write the repetition with * or +, or put what it "
        + "begins with first."
    case .neverEnds(let rule):
      "Rule \(Self.safe(rule)) of the grammar matches no finite text. Give it an alternative without itself."
    case .tooDeep(let rule, let allowed):
      "Rule \(Self.safe(rule)) of the grammar needs more than \(allowed) frames within each other. Flatten it."
    case .tooAmbiguous(let allowed):
      "The grammar leaves more than \(allowed) readings of the same text open. Make its alternatives differ earlier."
    case .requestField(let name, let allowed):
      "Field \(Self.safe(name)) must be \(allowed)."
    case .schemaSyntax(let offset):
      "The JSON schema cannot be read at byte \(offset): it is not JSON, names a member twice, or nests too deeply."
    case .unsupportedKeyword(let keyword, let path, let advice):
      "The JSON schema uses \"\(Self.safe(keyword))\" at \(Self.safe(path)), which cannot be enforced here. \(advice)"
    case .schemaValue(let keyword, let path, let allowed):
      "The JSON schema's \"\(Self.safe(keyword))\" at \(Self.safe(path)) must be \(allowed). Correct it."
    case .unsatisfiable(let path, let reason):
      "The JSON schema allows no value at \(Self.safe(path)): \(reason). Correct it."
    case .pattern(let path, let column, let problem):
      "The pattern at \(Self.safe(path)) of the JSON schema cannot be used at column \(column): \(problem)."
    case .vocabularyLacks(let byte):
      "The generator's vocabulary cannot write byte \(byte), which the grammar needs. Choose another model."
    }
  }

  /// Names come from outside: short and printable.
  private static func safe(_ name: String) -> String {
    let allowed = name.unicodeScalars.filter {
      $0.properties.isAlphabetic || "0123456789_-#/$~.".unicodeScalars.contains($0)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: allowed.prefix(60))
    return String(text)
  }
}
