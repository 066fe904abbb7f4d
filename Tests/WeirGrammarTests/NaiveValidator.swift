import Foundation
import WeirDomain

/// Whether a JSON value meets a schema, keyword by keyword as the specification words them: the oracle of the compiler.
struct NaiveValidator {
  let document: JSONValue

  func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
    if case .bool(let isTrue) = schema { return isTrue }
    if let reference = schema["$ref"]?.text, !accepts(value, target(reference)) { return false }
    if let all = schema["allOf"]?.array, !all.allSatisfy({ accepts(value, $0) }) { return false }
    if let any = schema["anyOf"]?.array, !any.contains(where: { accepts(value, $0) }) { return false }
    if let one = schema["oneOf"]?.array, one.count(where: { accepts(value, $0) }) != 1 { return false }
    if let only = schema["const"], only != value { return false }
    if let listed = schema["enum"]?.array, !listed.contains(value) { return false }
    if let type = schema["type"] {
      let names = (type.array ?? [type]).compactMap(\.text)
      guard names.contains(where: { isOf($0, value) }) else { return false }
    }
    switch value {
    case .object(let members): return accepts(members, schema)
    case .array(let elements): return accepts(elements, schema)
    case .string(let text): return accepts(text, schema)
    case .number(let number): return accepts(number, schema)
    case .null, .bool: return true
    }
  }

  private func target(_ reference: String) -> JSONValue {
    var value = document
    for part in reference.split(separator: "/").dropFirst() { value = value[String(part)] ?? .bool(false) }
    return value
  }

  private func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch value {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    case .number(let number): type == "number" || type == "integer" && number == number.rounded()
    }
  }

  private func accepts(_ members: [String: JSONValue], _ schema: JSONValue) -> Bool {
    let required = schema["required"]?.array?.compactMap(\.text) ?? []
    guard required.allSatisfy({ members[$0] != nil }) else { return false }
    for (name, value) in members {
      if let own = schema["properties"]?[name] {
        if !accepts(value, own) { return false }
      } else if let others = schema["additionalProperties"], !accepts(value, others) {
        return false
      }
    }
    return true
  }

  private func accepts(_ elements: [JSONValue], _ schema: JSONValue) -> Bool {
    if let least = schema["minItems"]?.number, Double(elements.count) < least { return false }
    if let most = schema["maxItems"]?.number, Double(elements.count) > most { return false }
    let prefix = schema["prefixItems"]?.array ?? []
    for (index, element) in elements.enumerated() {
      let own = index < prefix.count ? prefix[index] : schema["items"] ?? .bool(true)
      if !accepts(element, own) { return false }
    }
    return true
  }

  private func accepts(_ text: String, _ schema: JSONValue) -> Bool {
    let length = Double(text.unicodeScalars.count)
    if let least = schema["minLength"]?.number, length < least { return false }
    if let most = schema["maxLength"]?.number, length > most { return false }
    if let pattern = schema["pattern"]?.text {
      guard let expression = try? NSRegularExpression(pattern: pattern) else { return false }
      let range = NSRange(text.startIndex..., in: text)
      if expression.firstMatch(in: text, range: range) == nil { return false }
    }
    switch schema["format"]?.text {
    case "date": return isDate(text)
    case "date-time":
      let parts = text.split(separator: "T", maxSplits: 1).map(String.init)
      return parts.count == 2 && isDate(parts[0]) && parts[1].count >= 9
    case "uuid": return UUID(uuidString: text) != nil
    default: return true
    }
  }

  private func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-").compactMap { Int($0) }
    guard text.utf8.count == 10, parts.count == 3, (1...12).contains(parts[1]), parts[2] >= 1 else { return false }
    let isLeap = parts[0].isMultiple(of: 4) && (!parts[0].isMultiple(of: 100) || parts[0].isMultiple(of: 400))
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return parts[2] <= days[parts[1] - 1]
  }

  private func accepts(_ number: Double, _ schema: JSONValue) -> Bool {
    if let least = schema["minimum"]?.number, number < least { return false }
    if let most = schema["maximum"]?.number, number > most { return false }
    if let least = schema["exclusiveMinimum"]?.number, number <= least { return false }
    if let most = schema["exclusiveMaximum"]?.number, number >= most { return false }
    return true
  }
}
