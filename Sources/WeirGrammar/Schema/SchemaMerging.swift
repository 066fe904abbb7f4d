/// Brings `$ref`, `allOf` and what stands beside them into one list of keywords.
///
/// One value serves one compilation: it keeps what references come to, and counts the work, because a short schema can ask
/// for very much of it.
final class SchemaMerging {
  let document: SchemaValue
  /// What references come to; a nil inside is `false`.
  private var known: [String: SchemaMembers?] = [:]
  private var steps = 0

  private static let maximumDepth = 32
  /// Schemas, members and branches looked at for one document.
  static let maximumSteps = 200_000

  init(document: SchemaValue) {
    self.document = document
  }

  func spend(_ count: Int) throws(GrammarFailure) {
    steps += count
    guard steps <= Self.maximumSteps else {
      throw .tooLarge(what: "steps of resolving the schema", found: steps, allowed: Self.maximumSteps)
    }
  }

  /// The schema at a reference within the document.
  func target(of reference: String, path: String) throws(GrammarFailure) -> SchemaValue {
    let failure = GrammarFailure.schemaValue(
      keyword: "$ref", path: path, allowed: "a place in this schema, such as \"#/$defs/name\"")
    guard reference.hasPrefix("#") else { throw failure }
    var value = document
    for part in reference.dropFirst().split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let name = Self.decoded(String(part))
      if let member = value.members?[name] {
        value = member
      } else if let elements = value.array, let index = Int(name), elements.indices.contains(index) {
        value = elements[index]
      } else {
        throw failure
      }
    }
    guard reference == "#" || reference.dropFirst().hasPrefix("/") else { throw failure }
    return value
  }

  /// RFC 6901, section 3, with the commonest percent signs.
  private static func decoded(_ part: String) -> String {
    var text = ""
    var rest = part[...]
    let codes = [("~1", "/"), ("~0", "~"), ("%24", "$"), ("%20", " "), ("%2F", "/"), ("%25", "%")]
    while let first = rest.first {
      if let (code, meaning) = codes.first(where: { rest.hasPrefix($0.0) }) {
        text += meaning
        rest = rest.dropFirst(code.count)
      } else {
        text.append(first)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The keywords of a schema that say something, references and `allOf` resolved. Nil for `false`, which allows nothing.
  func keywords(of schema: SchemaValue, path: String, depth: Int = 0) throws(GrammarFailure) -> SchemaMembers? {
    if schema == .bool(true) { return SchemaMembers() }
    if schema == .bool(false) { return nil }
    guard let members = schema.members else {
      throw .schemaValue(keyword: "schema", path: path, allowed: "an object, true or false")
    }
    guard depth < Self.maximumDepth else {
      throw .unsatisfiable(
        path: path, reason: "its references lead in a circle or through more than \(Self.maximumDepth)")
    }
    // Ten for the visit itself, so that no schema is visited more than twenty thousand times.
    try spend(10 + members.count)
    try SchemaKeywords.check(members, path: path)
    var result = SchemaMembers()
    var others: [SchemaValue] = []
    var named: Set<String> = []
    for entry in members.entries where !SchemaKeywords.annotations.contains(entry.name) && !entry.name.hasPrefix("x-") {
      switch entry.name {
      case "$ref":
        guard let reference = entry.value.text else {
          throw .schemaValue(keyword: "$ref", path: path, allowed: "a text")
        }
        others.append(.object(Self.members("$ref", .string(reference))))
      case "allOf":
        guard let schemas = entry.value.array, !schemas.isEmpty else {
          throw .schemaValue(keyword: "allOf", path: path, allowed: "a list of schemas")
        }
        others += schemas
      case "uniqueItems": break
      default: result[entry.name] = entry.value
      }
    }
    for other in others {
      var more: SchemaMembers?
      if let reference = other.onlyReference {
        // To hold twice says nothing more.
        guard named.insert(reference).inserted else { continue }
        more = try keywords(ofReference: reference, path: path, depth: depth)
      } else {
        more = try keywords(of: other, path: path, depth: depth + 1)
      }
      guard let more else { return nil }
      guard let merged = try merged(result, more, path: path) else { return nil }
      result = merged
    }
    return result
  }

  private func keywords(
    ofReference reference: String, path: String, depth: Int
  ) throws(GrammarFailure) -> SchemaMembers? {
    if let found = known[reference] { return found }
    let found = try keywords(of: target(of: reference, path: path), path: path, depth: depth + 1)
    known[reference] = .some(found)
    return found
  }

  /// What meets both; nil where nothing does.
  func merged(
    _ left: SchemaMembers, _ right: SchemaMembers, path: String
  ) throws(GrammarFailure) -> SchemaMembers? {
    try spend(left.weight + right.weight)
    try checkClosed(left, right, path)
    try checkClosed(right, left, path)
    let (left, right) = (Self.elements(of: left, under: right), Self.elements(of: right, under: left))
    var result = left
    for entry in right.entries {
      guard let first = result[entry.name] else {
        result[entry.name] = entry.value
        continue
      }
      if first.isEqual(to: entry.value) { continue }
      guard let both = try both(entry.name, first, entry.value, path: path) else { return nil }
      result[entry.name] = both
    }
    return result
  }

  private func both(
    _ name: String, _ left: SchemaValue, _ right: SchemaValue, path: String
  ) throws(GrammarFailure) -> SchemaValue? {
    switch name {
    case "minimum", "exclusiveMinimum", "minLength", "minItems":
      if let first = left.number, let second = right.number { return first >= second ? left : right }
    case "maximum", "exclusiveMaximum", "maxLength", "maxItems":
      if let first = left.number, let second = right.number { return first <= second ? left : right }
    case "type":
      let second = right.array ?? [right]
      var kept = (left.array ?? [left]).flatMap { type -> [SchemaValue] in
        if second.contains(type) { return [type] }
        // Integers are numbers.
        if type == .string("number"), second.contains(.string("integer")) { return [.string("integer")] }
        return type == .string("integer") && second.contains(.string("number")) ? [type] : []
      }
      if kept.contains(.string("number")) { kept.removeAll { $0 == .string("integer") } }
      return kept.isEmpty ? nil : .array(kept)
    case "enum":
      if let first = left.array, let second = right.array {
        let allowed = Set(second.map(\.canonical))
        let kept = first.filter { allowed.contains($0.canonical) }
        return kept.isEmpty ? nil : .array(kept)
      }
    case "const": return nil
    case "required":
      if let first = left.array, let second = right.array {
        let names = Set(first.map(\.canonical))
        return .array(first + second.filter { !names.contains($0.canonical) })
      }
    case "properties":
      if var first = left.members, let second = right.members {
        for entry in second.entries {
          first[entry.name] = first[entry.name].map { Self.allOf($0, entry.value) } ?? entry.value
        }
        return .object(first)
      }
    case "items": return Self.allOf(left, right)
    default: break
    }
    throw .unsupportedKeyword(
      name, path: path, advice: "It stands in several schemas that must all hold; state it once.")
  }

  /// Refuses a closed object whose other half has properties of its own.
  private func checkClosed(_ closed: SchemaMembers, _ other: SchemaMembers, _ path: String) throws(GrammarFailure) {
    guard let additional = closed["additionalProperties"], additional != .bool(true) else { return }
    let known = Set(closed["properties"]?.members?.names ?? [])
    let names = (other["properties"]?.members?.names ?? []) + (other["required"]?.array?.compactMap(\.text) ?? [])
    guard Set(names).isSubset(of: known) else {
      throw .unsupportedKeyword(
        "additionalProperties", path: path, advice: "Beside allOf, state all properties in the same schema.")
    }
  }

  /// The keywords with what `items` of the other schema, which names no elements, asks of the elements named here.
  private static func elements(of keywords: SchemaMembers, under other: SchemaMembers) -> SchemaMembers {
    guard let items = other["items"], other["prefixItems"] == nil, let named = keywords["prefixItems"]?.array else {
      return keywords
    }
    var result = keywords
    result["prefixItems"] = .array(named.map { allOf($0, items) })
    return result
  }

  /// Flat and each part once, so that schemas that are merged again and again stay small.
  private static func allOf(_ left: SchemaValue, _ right: SchemaValue) -> SchemaValue {
    var known: Set<[UInt8]> = []
    let parts = [left, right].flatMap { $0.onlyParts ?? [$0] }.filter { known.insert($0.canonical).inserted }
    return parts.count == 1 ? parts[0] : .object(members("allOf", .array(parts)))
  }

  private static func members(_ name: String, _ value: SchemaValue) -> SchemaMembers {
    var members = SchemaMembers()
    members[name] = value
    return members
  }
}

extension SchemaValue {
  /// The reference of a schema that has nothing else.
  fileprivate var onlyReference: String? {
    members.flatMap { $0.count == 1 ? $0["$ref"]?.text : nil }
  }

  /// The parts of a schema that has nothing but `allOf`.
  fileprivate var onlyParts: [SchemaValue]? {
    members.flatMap { $0.count == 1 ? $0["allOf"]?.array : nil }
  }
}

extension SchemaMembers {
  /// Work that a comparison of these keywords is.
  fileprivate var weight: Int {
    entries.reduce(1) { $0 + 1 + ($1.value.array?.count ?? $1.value.members?.count ?? 0) / 8 }
  }
}
