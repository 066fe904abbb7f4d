import WeirDomain

/// Reads the fields of one JSON line with their types and ranges checked; errors name the field, found and allowed.
struct FieldReader {
  let object: [String: JSONValue]
  let id: String
  /// The line itself, where what passes through is read from it as it stands.
  var line: JSONText?

  func refuseUnknown(allowed: [String]) throws(LineError) {
    guard let unknown = object.keys.filter({ !allowed.contains($0) }).min() else { return }
    // A field's name is the caller's own word: keep it short and printable.
    let name = String(unknown.prefix(40).filter { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" })
    let guess = Spelling.nearest(to: name, among: allowed).map { ": did you mean \"\($0)\"?" } ?? ";"
    throw LineError(
      id: id, code: "unknown_field",
      message: "field \"\(name)\" is not known\(guess) allowed are \(allowed.joined(separator: ", "))")
  }

  func text(_ name: String, longest: Int) throws(LineError) -> String? {
    guard let value = present(name) else { return nil }
    guard let text = value.text, !text.isEmpty, text.utf8.count <= longest else {
      throw invalid(name, "must be a text of 1 to \(longest) bytes")
    }
    return text
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws(LineError) -> Choice? {
    guard let value = present(name) else { return nil }
    guard let choice = value.text.flatMap(Choice.init(rawValue:)) else {
      throw invalid(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(LineError) -> Int? {
    guard let value = present(name) else { return nil }
    guard let integer = value.count, range.contains(integer) else {
      throw invalid(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws(LineError) -> Double? {
    guard let value = present(name) else { return nil }
    guard let number = value.number, range.contains(number) else {
      throw invalid(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// An amount of money in dollars, as a number or a text.
  func dollars(_ name: String) throws(LineError) -> Money? {
    guard let value = present(name) else { return nil }
    // A number's shortest text is what was typed, unless that is written with an exponent.
    guard let money = (value.text ?? value.number.map { Self.decimalText($0) }).flatMap(Money.dollars) else {
      throw invalid(name, "must be dollars from 0 to 1000000 with at most twelve decimals, such as \"0.002\"")
    }
    return money
  }

  /// Without an exponent, which small numbers are described with.
  private static func decimalText(_ number: Double) -> String {
    let text = number == number.rounded() && number.magnitude < 1e15 ? String(Int64(number)) : "\(number)"
    guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]), exponent < 0 else {
      return text
    }
    let digits = text[..<mark].filter { $0 != "." }
    return "0." + String(repeating: "0", count: -exponent - 1) + digits
  }

  /// One text or a list of at most `most`.
  func texts(_ name: String, most: Int) throws(LineError) -> [String]? {
    guard let value = present(name) else { return nil }
    if let text = value.text, !text.isEmpty { return [text] }
    let texts = value.array?.compactMap(\.text).filter { !$0.isEmpty } ?? []
    guard let array = value.array, array.count == texts.count, array.count <= most else {
      throw invalid(name, "must be a text or a list of at most \(most) texts")
    }
    return texts
  }

  /// `prompt` as one turn of the user, or `messages`; exactly one of the two must be there.
  func conversation() throws(LineError) -> [ChatMessage] {
    switch (present("prompt"), present("messages")) {
    case (.some(let prompt), nil):
      guard let text = prompt.text else { throw invalid("prompt", "must be a text") }
      return [ChatMessage(role: .user, content: text)]
    case (nil, .some(let messages)):
      return try turns(messages)
    case (nil, nil):
      throw LineError(id: id, code: "missing_prompt", message: "the line has neither field prompt nor field messages")
    case (.some, .some):
      throw LineError(id: id, code: "invalid_field", message: "the line has both prompt and messages; give one of them")
    }
  }

  private func turns(_ value: JSONValue) throws(LineError) -> [ChatMessage] {
    let rule = "must be a list of 1 to 1000 objects with role (system, user, assistant) and content, the last by user"
    guard let array = value.array, (1...1000).contains(array.count) else { throw invalid("messages", rule) }
    if let originals = line?["messages"]?.elements { return try turns(originals) }
    var messages: [ChatMessage] = []
    for element in array {
      guard case .object(let fields) = element, Set(fields.keys).isSubset(of: ["role", "content"]),
        let role = fields["role"]?.text.flatMap(ChatMessage.Role.init(rawValue:)), let content = fields["content"]?.text
      else { throw invalid("messages", rule) }
      messages.append(ChatMessage(role: role, content: content))
    }
    guard messages.last?.role == .user else { throw invalid("messages", rule) }
    return messages
  }

  /// The same with tools, images and whatever else a message has.
  private func turns(_ originals: [JSONText]) throws(LineError) -> [ChatMessage] {
    var messages: [ChatMessage] = []
    for (index, original) in originals.enumerated() {
      do throws(ChatMessage.Fault) { messages.append(try ChatMessage(openAI: original)) } catch {
        throw invalid("messages[\(index)]", error.rule)
      }
    }
    guard let last = messages.last?.role, last == .user || last == .tool else {
      throw invalid("messages", "must end with a turn of the user or a tool's result")
    }
    return messages
  }

  /// Fields that pass through to remote models: those of `names`, and all members of `extra`.
  func readExtra(_ names: [String], into settings: inout ModelSettings) throws(LineError) {
    guard let line else { return }
    var extra: [(name: String, value: JSONText)] = names.compactMap { name in line[name].map { (name, $0) } }
    if let field = line["extra"], field != .null {
      guard let members = field.members else { throw invalid("extra", "must be an object of fields that pass through") }
      extra += members
    }
    for (name, value) in extra {
      do throws(ModelSettings.ExtraFault) { try settings.pass(name, value) } catch {
        throw invalid(error.field, error.rule)
      }
    }
  }

  /// The field's value unless it is absent or null.
  func present(_ name: String) -> JSONValue? {
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  func invalid(_ name: String, _ rule: String) -> LineError {
    LineError(id: id, code: "invalid_field", message: "field \(name) \(rule)")
  }
}
