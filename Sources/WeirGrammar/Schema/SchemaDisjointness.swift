/// Whether no value meets two schemas of a `oneOf`: only then is any of them exactly one of them.
struct SchemaDisjointness {
  let merging: SchemaMerging

  func check(_ schemas: [SchemaValue], path: String) throws(GrammarFailure) {
    var known: [SchemaMembers] = []
    for (index, schema) in schemas.enumerated() {
      guard let keywords = try merging.keywords(of: schema, path: "\(path)/oneOf/\(index)") else { continue }
      for other in known where try !areDisjoint(keywords, other, path) {
        throw .unsupportedKeyword(
          "oneOf", path: path,
          advice: "A value may meet two of its schemas; use anyOf, or give each a required property with another const."
        )
      }
      known.append(keywords)
    }
  }

  private func areDisjoint(_ left: SchemaMembers, _ right: SchemaMembers, _ path: String) throws(GrammarFailure) -> Bool
  {
    if let first = values(left), let second = values(right) {
      return !first.contains { value in second.contains { $0.isEqual(to: value) } }
    }
    if let first = types(left), let second = types(right), first.isDisjoint(with: second) { return true }
    let required = Set(left["required"]?.array ?? []).intersection(right["required"]?.array ?? [])
    for name in required.compactMap(\.text) {
      guard let first = left["properties"]?.members?[name], let second = right["properties"]?.members?[name],
        let own = try merging.keywords(of: first, path: path), let other = try merging.keywords(of: second, path: path),
        let listed = values(own), let others = values(other)
      else { continue }
      if !listed.contains(where: { value in others.contains { $0.isEqual(to: value) } }) {
        // Only where both are objects does the property tell them apart.
        return types(left) == ["object"] && types(right) == ["object"]
      }
    }
    return false
  }

  private func values(_ keywords: SchemaMembers) -> [SchemaValue]? {
    keywords["const"].map { [$0] } ?? keywords["enum"]?.array
  }

  /// Integers count as numbers. Nil where any type may be.
  private func types(_ keywords: SchemaMembers) -> Set<String>? {
    if let values = values(keywords) {
      return Set(values.map { value in SchemaKeywords.types.first { value.isOf(type: $0) } ?? "null" })
    }
    guard let type = keywords["type"] else { return nil }
    return Set((type.array ?? [type]).compactMap(\.text).map { $0 == "integer" ? "number" : $0 })
  }
}
