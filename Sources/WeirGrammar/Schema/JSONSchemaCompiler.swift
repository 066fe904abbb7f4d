/// Turns a JSON schema (the enforced part of draft 2020-12) into rules whose texts are JSON values that meet it.
///
/// Every text meets the schema, but not every value that meets it has a text: properties stand in the order of
/// `properties`, objects that name properties have no others unless `additionalProperties` says so, white space is short,
/// numbers have at most 15 digits, and values without a schema nest at most `anyDepth` deep. So a model cannot run on in
/// white space or brackets, and what it writes reads back everywhere.
struct JSONSchemaCompiler {
  private(set) var rules: [Grammar.Rule] = []
  let merging: SchemaMerging
  /// Rules of references, by the reference.
  private var references: [String: Int] = [:]
  /// Rules that several places share, by what they hold.
  private var shared: [String: Int] = [:]
  /// What stands beside branches, numbered.
  private var besides: [[UInt8]: Int] = [:]
  /// Rules of branches that are references, with what stands beside them.
  private var branches: [Branch: Int] = [:]
  private var depth = 0

  private struct Branch: Hashable {
    var reference: String
    var beside: Int
  }

  static let maximumDepth = 64
  /// Levels of a value without a schema.
  static let anyDepth = 10
  /// Frames of the automaton: every level of the value takes at least one.
  static let frames = 60

  private init(_ document: SchemaValue) {
    merging = SchemaMerging(document: document)
  }

  static func rules(of document: SchemaValue) throws(GrammarFailure) -> (rules: [Grammar.Rule], root: Int) {
    var compiler = JSONSchemaCompiler(document)
    let root = try compiler.reserve("#")
    compiler.references["#"] = root
    let body = try compiler.expression(for: document, path: "#")
    // A rule that is nothing but itself would have no text.
    compiler.define(root, as: body)
    return (compiler.rules, root)
  }

  // MARK: Rules

  mutating func reserve(_ name: String) throws(GrammarFailure) -> Int {
    guard rules.count < Grammar.maximumRules else {
      throw .tooLarge(what: "rules", found: rules.count + 1, allowed: Grammar.maximumRules)
    }
    rules.append(Grammar.Rule(name: name, body: .empty))
    return rules.count - 1
  }

  mutating func define(_ index: Int, as body: GrammarExpression) { rules[index].body = body }

  mutating func rule(_ name: String, _ body: GrammarExpression) throws(GrammarFailure) -> GrammarExpression {
    let index = try reserve(name)
    define(index, as: body)
    return .rule(index)
  }

  /// The rule called `key`, made when it is first asked for.
  mutating func sharedRule(
    _ key: String, _ body: (inout JSONSchemaCompiler) throws(GrammarFailure) -> GrammarExpression
  ) throws(GrammarFailure) -> GrammarExpression {
    if let known = shared[key] { return .rule(known) }
    let index = try reserve(key)
    shared[key] = index
    define(index, as: try body(&self))
    return .rule(index)
  }

  // MARK: Schemas

  /// The texts of a schema's values. Throws `unsatisfiable` where there are none.
  mutating func expression(for schema: SchemaValue, path: String) throws(GrammarFailure) -> GrammarExpression {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 2 * Self.maximumDepth else {
      throw .tooLarge(what: "levels of the schema", found: depth, allowed: Self.maximumDepth)
    }
    if let reference = try onlyReference(schema, path) { return try self.reference(reference, path) }
    guard let keywords = try merging.keywords(of: schema, path: path) else {
      throw .unsatisfiable(path: path, reason: "the schema is false, or its parts contradict each other")
    }
    return try expression(of: keywords, path)
  }

  /// The reference of a schema that says nothing else.
  private func onlyReference(_ schema: SchemaValue, _ path: String) throws(GrammarFailure) -> String? {
    guard let members = schema.members else { return nil }
    try SchemaKeywords.check(members, path: path)
    let names = members.names.filter { !SchemaKeywords.annotations.contains($0) && !$0.hasPrefix("x-") }
    if names == ["$ref"] { return members["$ref"]?.text }
    if names == ["allOf"], let all = members["allOf"]?.array, all.count == 1 { return try onlyReference(all[0], path) }
    return nil
  }

  private mutating func reference(_ reference: String, _ path: String) throws(GrammarFailure) -> GrammarExpression {
    if let known = references[reference] { return .rule(known) }
    let target = try merging.target(of: reference, path: path)
    let index = try reserve(reference)
    references[reference] = index
    try define(index) { (compiler) throws(GrammarFailure) in try compiler.expression(for: target, path: reference) }
    return .rule(index)
  }

  private mutating func expression(of keywords: SchemaMembers, _ path: String) throws(GrammarFailure)
    -> GrammarExpression
  {
    depth += 1
    defer { depth -= 1 }
    // A schema and its keywords are a level each.
    guard depth <= 2 * Self.maximumDepth else {
      throw .tooLarge(what: "levels of the schema", found: depth, allowed: Self.maximumDepth)
    }
    try merging.spend(1)
    for name in ["anyOf", "oneOf"] {
      guard let branches = keywords[name] else { continue }
      guard let schemas = branches.array, !schemas.isEmpty else {
        throw .schemaValue(keyword: name, path: path, allowed: "a list of schemas")
      }
      if name == "oneOf" { try SchemaDisjointness(merging: merging).check(schemas, path: path) }
      var rest = keywords
      rest[name] = nil
      return try union(schemas, rest, path + "/" + name)
    }
    if keywords["enum"] != nil || keywords["const"] != nil { return try literals(keywords, path) }
    let types = try self.types(of: keywords, path)
    if types == SchemaKeywords.types, keywords.count == 0 { return try any(Self.anyDepth) }
    var choices: [GrammarExpression] = []
    for type in types { choices.append(try expression(type, keywords, path)) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func union(
    _ schemas: [SchemaValue], _ rest: SchemaMembers, _ path: String
  ) throws(GrammarFailure) -> GrammarExpression {
    let key = SchemaValue.object(rest).canonical
    let beside = besides[key] ?? besides.count
    besides[key] = beside
    var choices: [GrammarExpression] = []
    var reason = GrammarFailure.unsatisfiable(path: path, reason: "none of its schemas allows one")
    for (index, schema) in schemas.enumerated() {
      let place = "\(path)/\(index)"
      do throws(GrammarFailure) {
        if rest.count == 0 {
          choices.append(try expression(for: schema, path: place))
        } else if let branch = try branch(schema, rest, beside: beside, place) {
          choices.append(branch)
        }
      } catch {
        // A branch that allows nothing is no branch.
        guard case .unsatisfiable = error else { throw error }
        reason = error
      }
    }
    guard !choices.isEmpty else { throw reason }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  /// A branch together with what stands beside it; nil where nothing meets both.
  ///
  /// A reference that comes again within itself is the rule that is being made: recursion, or what the checks refuse.
  private mutating func branch(
    _ schema: SchemaValue, _ rest: SchemaMembers, beside: Int, _ path: String
  ) throws(GrammarFailure) -> GrammarExpression? {
    let branch = try onlyReference(schema, path).map { Branch(reference: $0, beside: beside) }
    if let branch, let known = branches[branch] { return .rule(known) }
    guard let own = try merging.keywords(of: schema, path: path),
      let merged = try merging.merged(rest, own, path: path)
    else { return nil }
    guard let branch else { return try expression(of: merged, path) }
    let index = try reserve(path)
    branches[branch] = index
    try define(index) { (compiler) throws(GrammarFailure) in try compiler.expression(of: merged, path) }
    return .rule(index)
  }

  /// Where the body cannot be made, what already refers to the rule finds no text there.
  private mutating func define(
    _ index: Int, _ body: (inout JSONSchemaCompiler) throws(GrammarFailure) -> GrammarExpression
  ) throws(GrammarFailure) {
    do throws(GrammarFailure) {
      define(index, as: try body(&self))
    } catch {
      define(index, as: .choice([]))
      throw error
    }
  }

  /// The types that are asked for; without `type`, those that the other keywords are about.
  private func types(of keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> [String] {
    if let type = keywords["type"] {
      let names = (type.array ?? [type]).compactMap(\.text)
      guard !names.isEmpty, names.count == type.array?.count ?? 1, Set(names).isSubset(of: SchemaKeywords.types) else {
        throw .schemaValue(
          keyword: "type", path: path, allowed: "one or a list of " + SchemaKeywords.types.joined(separator: ", "))
      }
      return names.contains("number") ? names.filter { $0 != "integer" } : names
    }
    var meant: [String] = []
    for name in keywords.names {
      if let type = SchemaKeywords.enforced[name] ?? nil, !meant.contains(type) { meant.append(type) }
    }
    return meant.isEmpty ? SchemaKeywords.types : meant
  }

  private mutating func expression(
    _ type: String, _ keywords: SchemaMembers, _ path: String
  ) throws(GrammarFailure) -> GrammarExpression {
    switch type {
    case "object": try object(keywords, path)
    case "array": try array(keywords, path)
    case "string": try string(keywords, path)
    case "number", "integer": try number(keywords, path, isInteger: type == "integer")
    case "boolean": .choice([.text("true"), .text("false")])
    default: .text("null")
    }
  }

  // MARK: Listed values

  private func literals(_ keywords: SchemaMembers, _ path: String) throws(GrammarFailure) -> GrammarExpression {
    for name in keywords.names where !["enum", "const", "type"].contains(name) {
      throw .unsupportedKeyword(name, path: path, advice: "Beside enum or const it says nothing; leave it out.")
    }
    guard var values = keywords["enum"].map({ $0.array ?? [] }) ?? keywords["const"].map({ [$0] }), !values.isEmpty
    else {
      throw .schemaValue(keyword: "enum", path: path, allowed: "a list of values, not empty")
    }
    if let only = keywords["const"] { values = values.filter { $0.isEqual(to: only) } }
    try merging.spend(values.count / 8)
    if keywords["type"] != nil {
      let types = try types(of: keywords, path)
      values = values.filter { value in types.contains { value.isOf(type: $0) } }
    }
    guard !values.isEmpty else { throw .unsatisfiable(path: path, reason: "no listed value is of its type") }
    return .choice(values.map { .text($0.compact) })
  }
}

extension SchemaValue {
  func isOf(type: String) -> Bool {
    switch self {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .number: type == "number" || type == "integer" && number.map { $0.rounded() == $0 } ?? false
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }
}
