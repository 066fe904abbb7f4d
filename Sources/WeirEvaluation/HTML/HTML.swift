internal import WeirDomain

/// Text that is safe to stand in an HTML page: made from literals by the page's own code, and from everything else only
/// escaped.
struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  init(joining parts: some Sequence<HTML>) { text = parts.map(\.text).joined() }

  static func + (left: HTML, right: HTML) -> HTML { HTML(joining: [left, right]) }

  static func += (left: inout HTML, right: HTML) { left.text += right.text }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ value: HTML) { text += value.text }

    mutating func appendInterpolation(_ value: Int) { text += String(value) }

    /// A coordinate or a length, with at most two decimals.
    mutating func appendInterpolation(_ value: Double) { text += value.isFinite ? value.short : "0" }

    /// Anything from outside: markup becomes text, and what could move or hide text becomes U+FFFD.
    mutating func appendInterpolation(_ value: String) {
      for character in TextColumn.printable(value).unicodeScalars {
        switch character {
        case "&": text += "&amp;"
        case "<": text += "&lt;"
        case ">": text += "&gt;"
        case "\"": text += "&quot;"
        case "'": text += "&#39;"
        default: text.unicodeScalars.append(character)
        }
      }
    }
  }
}
