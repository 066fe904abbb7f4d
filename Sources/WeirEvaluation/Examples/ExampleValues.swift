internal import WeirDomain

/// The values of one record or line as they were written, by meaning; `example` checks types and ranges.
struct ExampleValues {
  let source: LabelledExample.Source
  private var values: [ExampleField: JSONValue] = [:]

  init(source: LabelledExample.Source) {
    self.source = source
  }

  /// The fields of one JSON object.
  init(json line: [UInt8], _ fields: ExampleFields, at source: LabelledExample.Source) throws(ExampleFailure) {
    guard String(validating: line, as: UTF8.self) != nil else { throw .notUTF8(source) }
    let value: JSONValue
    do { value = try JSONReader.read(line) } catch { throw .malformedJSON(source, offset: error.offset) }
    guard case .object(let object) = value else { throw .malformedJSON(source, offset: 0) }
    self.source = source
    let names = object.keys.sorted()
    for (field, position) in try fields.positions(in: names, at: source) {
      if let value = object[names[position]], value != .null || field.isRequired { values[field] = value }
    }
  }

  subscript(field: ExampleField) -> JSONValue? {
    get { values[field] }
    set { values[field] = newValue }
  }

  /// The example; its id is empty where none was written.
  func example(_ options: ExampleReader.Options) throws(ExampleFailure) -> LabelledExample {
    var example = LabelledExample(
      id: "", text: try text(options.maximumTextBytes), intent: try intent(), source: source)
    if let id = values[.id] { example.id = try name(.id, id.word) }
    example.weight = try number(.weight, "a number above 0 and at most 1000000") { $0 > 0 && $0 <= 1_000_000 }
    example.complexity = try number(.complexity, "a number from 0 to 1") { (0...1).contains($0) }
    example.split = try split()
    for (field, tier) in [
      (ExampleField.sufficient, Tier.generator), (.economySufficient, .economy), (.standardSufficient, .standard),
      (.premiumSufficient, .premium),
    ] {
      if let share = try share(field) { example.sufficiency[tier] = share }
    }
    return example
  }

  private func text(_ longest: Int) throws(ExampleFailure) -> String {
    let allowed = "a text of 1 to \(longest) bytes that is not only white space"
    guard let text = values[.text]?.text, text.utf8.count <= longest, text.contains(where: { !$0.isWhitespace }) else {
      throw bad(.text, allowed)
    }
    return text
  }

  private func intent() throws(ExampleFailure) -> String {
    let intent = try name(.intent, values[.intent]?.text)
    return ["oos", "out-of-scope"].contains(intent) ? LabelledExample.outOfScope : intent
  }

  /// A short text in which nothing could break a line or a table.
  private func name(_ field: ExampleField, _ text: String?) throws(ExampleFailure) -> String {
    guard let text, (1...256).contains(text.utf8.count), text.contains(where: { !$0.isWhitespace }),
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    else { throw bad(field, "a name of 1 to 256 bytes without control characters") }
    return text
  }

  private func number(
    _ field: ExampleField, _ allowed: String, _ isAllowed: (Double) -> Bool
  ) throws(ExampleFailure) -> Double? {
    guard let value = values[field] else { return nil }
    guard let number = value.number ?? value.text.flatMap(Self.number), isAllowed(number) else {
      throw bad(field, allowed)
    }
    return number
  }

  /// Decimal digits with an optional sign, point and exponent; not the hexadecimal and the words that Swift reads too.
  private static func number(_ text: String) -> Double? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }) else { return nil }
    return Double(text)
  }

  private func split() throws(ExampleFailure) -> LabelledExample.Split? {
    guard let value = values[.split] else { return nil }
    switch value.text?.lowercased() {
    case "train", "training": return .train
    case "validation", "valid", "val", "dev": return .validation
    case "test", "eval": return .test
    default: throw bad(.split, "one of train, validation, test")
    }
  }

  private func share(_ field: ExampleField) throws(ExampleFailure) -> Double? {
    guard let value = values[field] else { return nil }
    if case .bool(let flag) = value { return flag ? 1 : 0 }
    switch value.word?.lowercased() {
    case "true", "yes": return 1
    case "false", "no": return 0
    default: return try number(field, "true, false, or a number from 0 to 1") { (0...1).contains($0) }
    }
  }

  /// What was found is told by its kind: it may be an example's text in the wrong column.
  private func bad(_ field: ExampleField, _ allowed: String) -> ExampleFailure {
    let found =
      switch values[field] {
      case nil, .null: "missing"
      case .bool: "true or false"
      case .number(let number): "the number \(number)"
      case .string(let text): text.isEmpty ? "empty" : "a text of \(text.utf8.count) bytes"
      case .array: "a list"
      case .object: "an object"
      }
    return .badValue(source, field: field.rawValue, found: found, allowed: allowed)
  }
}
