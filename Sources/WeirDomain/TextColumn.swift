/// Lays text out in columns of a terminal.
package enum TextColumn {
  /// Columns that a terminal gives the text: none for combining marks, two for wide East Asian letters and emoji.
  package static func width(_ text: String) -> Int {
    text.reduce(0) { $0 + width($1) }
  }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default:
      return character.unicodeScalars.contains { $0.value == 0xFE0F } ? 2 : 1
    }
  }

  /// The text without anything that could move the cursor or reorder the line.
  package static func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
        result.append("\u{FFFD}")
      case .format: result.append(scalar.value == 0x200D ? scalar : "\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Left-aligned, cut with an ellipsis where it is too long.
  package static func padded(_ text: String, _ columns: Int) -> String {
    var (result, used) = ("", 0)
    let isCut = width(text) > columns
    for character in text {
      let next = width(character)
      if used + next > columns - (isCut ? 1 : 0) { break }
      result.append(character)
      used += next
    }
    if isCut {
      result += "\u{2026}"
      used += 1
    }
    return result + String(repeating: " ", count: max(0, columns - used))
  }

  /// Right-aligned after at least one space; a text that is too long is kept whole.
  package static func right(_ text: String, _ columns: Int) -> String {
    String(repeating: " ", count: max(1, columns - width(text))) + text
  }

  /// A bar for a share of 0...1 in eighths of a column; anything above nothing shows at least the thinnest.
  package static func bar(_ share: Double, width: Int) -> String {
    let eighths = Int((min(1, max(0, share)) * Double(width * 8)).rounded())
    let shown = share > 0 ? max(1, eighths) : 0
    let parts = ["", "\u{258F}", "\u{258E}", "\u{258D}", "\u{258C}", "\u{258B}", "\u{258A}", "\u{2589}"]
    return String(repeating: "\u{2588}", count: shown / 8) + parts[shown % 8]
  }

  /// Three significant digits: `1.23 ms`, `45.6 s`.
  package static func duration(_ nanoseconds: Int64) -> String {
    let units: [(String, Double)] = [("s", 1e9), ("ms", 1e6), ("us", 1e3)]
    guard let (unit, scale) = units.first(where: { Double(nanoseconds) >= $0.1 }) else { return "\(nanoseconds) ns" }
    let value = Double(nanoseconds) / scale
    return "\(value.decimals(value < 10 ? 2 : value < 100 ? 1 : 0)) \(unit)"
  }
}
