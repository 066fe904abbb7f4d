/// Objects and arrays.
extension JSONSchemaCompiler {
  /// Each property is an open reading until its name differs from the others'.
  static let maximumProperties = 512

  // MARK: Arrays

  mutating func array(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> GrammarExpression {
    let most = try count("maxItems", keywords, path)
    var prefix: [GrammarExpression] = []
    if let schemas = keywords["prefixItems"] {
      guard let schemas = schemas.array else {
        throw .schemaValue(keyword: "prefixItems", path: path, allowed: "a list of schemas")
      }
      for (index, schema) in schemas.prefix(most ?? .max).enumerated() {
        prefix.append(try expression(for: schema, path: "\(path)/prefixItems/\(index)"))
      }
    }
    let least = try count("minItems", keywords, path) ?? prefix.count
    guard least <= most ?? .max else { throw .unsatisfiable(path: path, reason: "minItems is above maxItems") }
    let item = try self.item(keywords, path, isNeeded: least > prefix.count, hasPrefix: !prefix.isEmpty)
    return try rule(
      path, .sequence([.text("["), Self.gap, elements(prefix, item, least: least, most: most), Self.gap, .text("]")]))
  }

  /// The elements after the prefix; nil where there are none.
  private mutating func item(
    _ keywords: SchemaMembers, _ path: String, isNeeded: Bool, hasPrefix: Bool
  ) throws(GrammarFailure) -> GrammarExpression? {
    guard let schema = keywords["items"] else {
      return hasPrefix && !isNeeded ? nil : try any(Self.anyDepth - 1)
    }
    guard schema.array == nil else {
      throw .unsupportedKeyword("items", path: path, advice: "A list of schemas is called prefixItems now.")
    }
    do throws(GrammarFailure) {
      return try expression(for: schema, path: path + "/items")
    } catch {
      guard case .unsatisfiable = error, !isNeeded else { throw error }
      return nil
    }
  }

  private func elements(
    _ prefix: [GrammarExpression], _ item: GrammarExpression?, least: Int, most: Int?
  ) -> GrammarExpression {
    // From the end: what may stand after so many elements of the prefix.
    let room = most.map { $0 - prefix.count }
    let needed = max(least - prefix.count, 0)
    if prefix.isEmpty {
      guard let item, room != 0 else { return .empty }
      let all = separated(item, least: max(needed - 1, 0), most: room.map { $0 - 1 })
      return needed == 0 ? .optional(all) : all
    }
    var rest = GrammarExpression.empty
    if let item, room != 0 {
      rest = .repetition(.sequence([.text(","), Self.gap, item]), least: needed, most: room)
    }
    for index in prefix.indices.reversed() {
      let comma: [GrammarExpression] = index > 0 ? [.text(","), Self.gap] : []
      let part = GrammarExpression.sequence(comma + [prefix[index], rest])
      rest = index < least ? part : .optional(part)
    }
    return rest
  }

  // MARK: Objects

  private struct Property {
    var member: GrammarExpression
    var isRequired: Bool
  }

  mutating func object(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> GrammarExpression {
    let schemas = try propertySchemas(keywords, path)
    guard schemas.count <= Self.maximumProperties else {
      throw .tooLarge(what: "properties of one object", found: schemas.count, allowed: Self.maximumProperties)
    }
    let required = Set(try requiredNames(keywords, path))
    var properties: [Property] = []
    for entry in schemas.entries {
      let isRequired = required.contains(entry.name)
      do throws(GrammarFailure) {
        let value = try expression(for: entry.value, path: "\(path)/properties/\(entry.name)")
        let key = GrammarExpression.text(JSONStrings.quoted(entry.name) + ":")
        properties.append(Property(member: .sequence([key, Self.space, value]), isRequired: isRequired))
      } catch {
        // A property that has no value is left out.
        guard case .unsatisfiable = error, !isRequired else { throw error }
      }
    }
    let others = try additionalMember(keywords, names: schemas.names, path)
    if schemas.count == 0, keywords["additionalProperties"] == nil { return try anyObject(Self.anyDepth) }
    let members = try membersRule(properties, others, path)
    return try rule(path, .sequence([.text("{"), Self.gap, members, Self.gap, .text("}")]))
  }

  /// The listed properties, then those that are only required.
  private func propertySchemas(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> SchemaMembers {
    var schemas = SchemaMembers()
    if let listed = keywords["properties"] {
      guard let members = listed.members else {
        throw .schemaValue(keyword: "properties", path: path, allowed: "an object of schemas")
      }
      schemas = members
    }
    for name in try requiredNames(keywords, path) where schemas[name] == nil {
      schemas[name] = keywords["additionalProperties"] ?? .bool(true)
    }
    return schemas
  }

  private func requiredNames(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> [String] {
    guard let value = keywords["required"] else { return [] }
    let names = value.array?.compactMap(\.text) ?? []
    guard names.count == value.array?.count else {
      throw .schemaValue(keyword: "required", path: path, allowed: "a list of names")
    }
    return names
  }

  /// A member beside the listed ones; nil where there may be none.
  private mutating func additionalMember(
    _ keywords: SchemaMembers, names: [String], _ path: String
  ) throws(GrammarFailure) -> GrammarExpression? {
    guard let schema = keywords["additionalProperties"], schema != .bool(false) else { return nil }
    for name in names where name.unicodeScalars.count > 128 {
      throw .tooLarge(what: "characters of a property's name", found: name.unicodeScalars.count, allowed: 128)
    }
    let value: GrammarExpression
    do throws(GrammarFailure) {
      value =
        schema == .bool(true)
        ? try any(Self.anyDepth - 1) : try expression(for: schema, path: path + "/additionalProperties")
    } catch {
      guard case .unsatisfiable = error else { throw error }
      return nil
    }
    let key =
      names.isEmpty
      ? try anyString() : try rule(path + " key", .sequence([.text("\""), JSONStrings.other(than: names)]))
    return .sequence([key, .text(":"), Self.space, value])
  }

  /// The members in their order, as rules from the last to the first: of what follows some member, and of what may be first.
  private mutating func membersRule(
    _ properties: [Property], _ others: GrammarExpression?, _ path: String
  ) throws(GrammarFailure) -> GrammarExpression {
    let comma: [GrammarExpression] = [.text(","), Self.gap]
    var following: GrammarExpression = .empty
    var first: GrammarExpression = .empty
    if let others {
      following = try rule(path + " others", .any(.sequence(comma + [others])))
      first = .optional(.sequence([others, following]))
    }
    for (index, property) in properties.enumerated().reversed() {
      let opening = GrammarExpression.sequence([property.member, following])
      let next = GrammarExpression.sequence(comma + [opening])
      first = try rule("\(path) \(index)", property.isRequired ? opening : .choice([opening, first]))
      following = try rule("\(path) after \(index)", property.isRequired ? next : .choice([next, following]))
    }
    return first
  }
}
