internal import WeirDomain

extension Configuration {
  /// Approved answers: where they are, and what their slots are filled with.
  package struct Templates: Sendable, Hashable {
    /// A file of `[[answers]]`; nil when not set.
    package var file: String?
    /// Slots that are the same for everybody, by name.
    package var values: [String: String]
    /// The answers of the configuration file itself, in its order.
    package var answers: [Template]

    package init(file: String? = nil, values: [String: String] = [:], answers: [Template] = []) {
      self.file = file
      self.values = values
      self.answers = answers
    }

    /// Most answers of a node, and most bytes of one.
    static let mostAnswers = 10_000
    static let mostTextBytes = 16_384
    static let mostValueBytes = 1_024
  }

  /// One approved answer, as typed.
  package struct Template: Sendable, Hashable {
    /// Names it in traces and reports; unique.
    package var id: String
    package var intent: String
    package var text: String
    /// Slots that the prompt must fill besides those of the text.
    package var requires: [String]
    /// True where slots that nothing fills stay visible; else the answer is not given then.
    package var keepsOpenSlots: Bool
    package var origin: SettingOrigin
  }
}

extension Configuration.Templates {
  /// The answers of the file and of the configuration, with the values of both; those of the configuration win.
  package func loaded() throws(ConfigurationFailure) -> Configuration.Templates {
    guard let file else { return self }
    let text = try Configuration.read(file, origin: .file(path: file, line: nil))
    var root = try TypedDocument(text: text, path: file).root
    var result = self
    let own = try Self.values(root.removeValue(forKey: "values"), key: "values")
    result.values.merge(own) { mine, _ in mine }
    result.answers += try Self.answers(root.removeValue(forKey: "answers"), key: "answers")
    if let (name, node) = root.min(by: { $0.key < $1.key }) {
      let nearest = Spelling.nearest(to: name, among: ["answers", "values"])
      throw .unknownKey(
        key: name, origin: node.origin, nearest: nearest.map { $0 == "answers" ? "[[answers]]" : "[values]" })
    }
    try result.check()
    return result
  }

  /// Reads what `[templates]` holds besides plain keys, and takes it out of `table`.
  mutating func take(from table: inout [String: TypedDocument.Node]) throws(ConfigurationFailure) {
    values = try Self.values(table.removeValue(forKey: "values"), key: "templates.values")
    answers = try Self.answers(table.removeValue(forKey: "answers"), key: "templates.answers")
    try check()
  }

  /// Names are used once, and there are not too many of them.
  func check() throws(ConfigurationFailure) {
    var seen: [String: SettingOrigin] = [:]
    for answer in answers {
      guard let other = seen.updateValue(answer.origin, forKey: answer.id) else { continue }
      throw .conflict(
        key: "answer \"\(answer.id)\"", other: "the answer of the same id (\(other.place))", origin: answer.origin,
        advice: "give each answer an id of its own")
    }
    if answers.count > Self.mostAnswers, let last = answers.last {
      throw .outOfRange(
        key: "answers", origin: last.origin, found: "\(answers.count) answers", allowed: "at most \(Self.mostAnswers)")
    }
  }

  static func values(_ node: TypedDocument.Node?, key: String) throws(ConfigurationFailure) -> [String: String] {
    guard let node else { return [:] }
    guard case .table(let table, _) = node else {
      throw .wrongType(key: key, origin: node.origin, found: "a value", allowed: "a section, [\(key)]")
    }
    var result: [String: String] = [:]
    for (name, node) in table.sorted(by: { $0.key < $1.key }) {
      guard case .value(let setting) = node, case .text(let text) = setting.value else {
        throw .wrongType(key: "\(key).\"\(name)\"", origin: node.origin, found: "no text", allowed: "a text")
      }
      let isName = !name.isEmpty && name.utf8.count <= 64 && !name.contains { "{}\n".contains($0) }
      guard isName, !text.isEmpty, text.utf8.count <= mostValueBytes, !text.contains("{{") else {
        throw .outOfRange(
          key: "\(key).\"\(name.prefix(64))\"", origin: node.origin, found: "\(text.utf8.count) bytes",
          allowed: "a slot's name without braces, and a text of 1 to \(mostValueBytes) bytes without {{")
      }
      result[name] = text
    }
    return result
  }

  static func answers(
    _ node: TypedDocument.Node?, key: String
  ) throws(ConfigurationFailure) -> [Configuration.Template] {
    guard let node else { return [] }
    guard case .list(let elements, _) = node else {
      throw .wrongType(
        key: key, origin: node.origin, found: "a single table or value", allowed: "written as [[\(key)]]")
    }
    var result: [Configuration.Template] = []
    for (index, element) in elements.enumerated() {
      guard case .table(let table, let origin) = element else {
        throw .wrongType(key: key, origin: element.origin, found: "a value", allowed: "a table, [[\(key)]]")
      }
      result.append(try answer(table, key: "\(key)[\(index + 1)]", origin: origin))
    }
    return result
  }

  private static func answer(
    _ table: [String: TypedDocument.Node], key: String, origin: SettingOrigin
  ) throws(ConfigurationFailure) -> Configuration.Template {
    var table = table
    let requires = try names(table.removeValue(forKey: "requires"), key: "\(key).requires")
    let typed = try TypedSettings(ConfigurationKey.answer, table: table, name: key, owns: ["requires"])
    let (id, intent, text) = (typed.text("answers.id"), typed.text("answers.intent"), typed.text("answers.text"))
    for (name, value) in [("id", id), ("intent", intent), ("text", text)] where value.isEmpty {
      throw .missingKey(key: "\(key).\(name)", origin: origin, advice: "every answer has an id, an intent and a text")
    }
    let isName =
      id.utf8.count <= 64 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    guard isName else {
      throw .outOfRange(
        key: "\(key).id", origin: typed.origin("answers.id"), found: "\(id.utf8.count) bytes",
        allowed: "at most 64 letters, digits, and - _ .")
    }
    guard text.utf8.count <= mostTextBytes else {
      throw .outOfRange(
        key: "\(key).text", origin: typed.origin("answers.text"), found: "\(text.utf8.count) bytes",
        allowed: "at most \(mostTextBytes) bytes")
    }
    return Configuration.Template(
      id: id, intent: intent, text: text, requires: requires,
      keepsOpenSlots: typed.text("answers.open_slots") == "keep", origin: origin)
  }

  private static func names(_ node: TypedDocument.Node?, key: String) throws(ConfigurationFailure) -> [String] {
    guard let node else { return [] }
    guard case .list(let elements, let origin) = node, elements.count <= 16 else {
      throw .wrongType(
        key: key, origin: node.origin, found: "something else",
        allowed: "a list of at most 16 texts, [\"Order Number\"]")
    }
    var result: [String] = []
    for element in elements {
      guard case .value(let setting) = element, case .text(let text) = setting.value, !text.isEmpty else {
        throw .wrongType(key: key, origin: origin, found: "a list of something else", allowed: "a list of slots' names")
      }
      result.append(text)
    }
    return result
  }
}

extension ConfigurationKey {
  /// The keys of one `[[answers]]`; `requires` is read beside them.
  static let answer: [ConfigurationKey] = [
    .init("answers", "id", .text, .text(""), "Names the answer in traces and reports."),
    .init("answers", "intent", .text, .text(""), "The intent that it answers."),
    .init("answers", "text", .text, .text(""), "The answer; {{Order Number}} and the like are filled in."),
    .init(
      "answers", "open_slots", .choice(["skip", "keep"]), .text("skip"),
      "What happens where nothing fills a slot: \"skip\" leaves the prompt to who comes next, \"keep\" shows the slot."),
  ]

  static let templates: [ConfigurationKey] = [
    .init(
      "templates", "file", .path, .text(""), "Approved answers: a TOML file of [[answers]] with id, intent, text,",
      "and, as you like, requires (slots that the prompt must fill) and open_slots (\"skip\" or \"keep\"). They go",
      "before the generator. [[templates.answers]] in this file does the same.")
  ]
}
