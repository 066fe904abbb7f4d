/// Whether no value meets two schemas of a `oneOf`: only then is any of them exactly one of them.
struct SchemaDisjointness {
  let merging: SchemaMerging

  /// Every branch is compared with every other.
  static let maximumBranches = 256

  /// What tells a branch from others.
  private struct Branch {
    /// The values that it lists, in their canonical form.
    var values: Set<[UInt8]>?
    /// Integers count as numbers. Nil where any type may be.
    var types: Set<String>?
    /// The values that required properties list, by their names.
    var listed: [[UInt8]: Set<[UInt8]>] = [:]
  }

  func check(_ schemas: [SchemaValue], path: String) throws(GrammarFailure) {
    guard schemas.count <= Self.maximumBranches else {
      throw .tooLarge(what: "schemas of one oneOf", found: schemas.count, allowed: Self.maximumBranches)
    }
    var known: [Branch] = []
    for (index, schema) in schemas.enumerated() {
      guard let keywords = try merging.keywords(of: schema, path: "\(path)/oneOf/\(index)") else { continue }
      let branch = try branch(keywords, path)
      guard known.allSatisfy({ areDisjoint($0, branch) }) else {
        throw .unsupportedKeyword(
          "oneOf", path: path,
          advice: "A value may meet two of its schemas; use anyOf, or give each a required property with another const."
        )
      }
      known.append(branch)
    }
  }

  private func areDisjoint(_ left: Branch, _ right: Branch) -> Bool {
    if let first = left.values, let second = right.values { return first.isDisjoint(with: second) }
    if let first = left.types, let second = right.types, first.isDisjoint(with: second) { return true }
    // Only where both are objects does a property tell them apart.
    guard left.types == ["object"], right.types == ["object"] else { return false }
    return left.listed.contains { name, values in right.listed[name]?.isDisjoint(with: values) ?? false }
  }

  private func branch(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> Branch {
    var branch = Branch(values: values(keywords).map { Set($0.map(\.canonical)) }, types: types(keywords))
    for name in keywords["required"]?.array?.compactMap(\.text) ?? [] {
      guard let schema = keywords["properties"]?.members?[name],
        let own = try merging.keywords(of: schema, path: path), let listed = values(own)
      else { continue }
      try merging.spend(listed.count)
      branch.listed[Array(name.utf8)] = Set(listed.map(\.canonical))
    }
    return branch
  }

  private func values(_ keywords: SchemaMembers) -> [SchemaValue]? {
    keywords["const"].map { [$0] } ?? keywords["enum"]?.array
  }

  private func types(_ keywords: SchemaMembers) -> Set<String>? {
    if let values = values(keywords) {
      return Set(values.map { value in SchemaKeywords.types.first { value.isOf(type: $0) } ?? "null" })
    }
    guard let type = keywords["type"] else { return nil }
    return Set((type.array ?? [type]).compactMap(\.text).map { $0 == "integer" ? "number" : $0 })
  }
}
