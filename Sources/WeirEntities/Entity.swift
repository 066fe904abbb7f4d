/// A value that somebody wrote into a text: what it is, where it stands, and what it means.
package struct Entity: Sendable, Hashable {
  package var kind: EntityKind
  /// UTF-8 offsets into the text; never empty, always between whole characters.
  package var range: Range<Int>
  /// The text of the range, as written.
  package var text: String
  /// Nil where the writing does not say it for certain.
  package var value: EntityValue?

  package init(kind: EntityKind, range: Range<Int>, text: String, value: EntityValue? = nil) {
    self.kind = kind
    self.range = range
    self.text = text
    self.value = value
  }
}

/// What an entity means, without the ways to write it.
package enum EntityValue: Sendable, Hashable {
  /// Hundredths of a unit of `currency`, an ISO 4217 code.
  case amount(minorUnits: Int64, currency: String)
  /// A day of the Gregorian calendar.
  case day(year: Int, month: Int, day: Int)
  /// Minutes since midnight, 0..<1440.
  case minuteOfDay(Int)
  /// A count; `unit` is the word after it where one is known, in its writing.
  case count(Int, unit: String?)
  /// A name in its one form: digits of a phone number, the lower-case address, the English name of a country.
  case name(String)

  /// For machines: `12.50 USD`, `2026-03-01`, `15:30`, `3`.
  package var text: String {
    switch self {
    case .amount(let minorUnits, let currency):
      "\(minorUnits / 100).\(EntityValue.padded(Int(minorUnits % 100), 2)) \(currency)"
    case .day(let year, let month, let day):
      "\(EntityValue.padded(year, 4))-\(EntityValue.padded(month, 2))-\(EntityValue.padded(day, 2))"
    case .minuteOfDay(let minute): "\(EntityValue.padded(minute / 60, 2)):\(EntityValue.padded(minute % 60, 2))"
    case .count(let count, let unit): unit.map { "\(count) \($0)" } ?? String(count)
    case .name(let name): name
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
