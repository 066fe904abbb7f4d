import WeirDomain

/// The three date forms of RFC 9110, section 5.6.7.
enum HTTPDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Nil for anything else than the three forms, and for days that no month has.
  static func parse(_ text: String) -> Timestamp? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == "-" || $0 == "," }).map(String.init)
    switch words.count {
    // Sun, 06 Nov 1994 08:49:37 GMT, and Sunday, 06-Nov-94 08:49:37 GMT
    case 6 where words[5] == "GMT":
      guard var year = Int(words[3]) else { return nil }
      if words[3].utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
      return timestamp(year: year, month: words[2], day: words[1], time: words[4])
    // Sun Nov  6 08:49:37 1994
    case 5:
      guard let year = Int(words[4]) else { return nil }
      return timestamp(year: year, month: words[1], day: words[2], time: words[3])
    default:
      return nil
    }
  }

  private static func timestamp(year: Int, month: String, day: String, time: String) -> Timestamp? {
    let clock = time.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int($0) }
    guard let month = months.firstIndex(of: month), let day = Int(day), clock.count == 3, (1970...9999).contains(year),
      (1...31).contains(day), (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
    else { return nil }
    let seconds = ((days(year, month + 1, day) * 24 + clock[0]) * 60 + clock[1]) * 60 + clock[2]
    return Timestamp(milliseconds: Int64(seconds) * 1000)
  }

  /// Days since 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
