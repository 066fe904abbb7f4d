/// A value as it was typed, before anybody asked what it means.
enum TypedValue: Hashable {
  case text(String)
  case integer(Int)
  case decimal(Double)
  case boolean(Bool)
  case texts([String])
  /// A date, a list or a table where a plain value belongs; holds the name of what it is.
  case other(String)

  /// The name of its type in sentences, with an article.
  var typeName: String {
    switch self {
    case .text: "a text"
    case .integer: "an integer"
    case .decimal: "a decimal number"
    case .boolean: "a boolean"
    case .texts: "a list of texts"
    case .other(let name): name
    }
  }

  /// As it would stand in the file.
  var literal: String {
    switch self {
    case .text(let text): TypedValue.quoted(text)
    case .integer(let number): String(number)
    case .decimal(let number): String(number)
    case .boolean(let flag): String(flag)
    case .texts(let texts): "[" + texts.map { TypedValue.quoted($0) }.joined(separator: ", ") + "]"
    case .other(let name): "<\(name)>"
    }
  }

  /// A TOML basic string; control characters are escaped, so that a value cannot act on a terminal.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
          let digits = String(scalar.value, radix: 16, uppercase: true)
          result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

/// A value with the place where it was typed.
struct TypedSetting: Hashable {
  var value: TypedValue
  var origin: SettingOrigin
}
