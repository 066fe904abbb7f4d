/// The formats of strings that are enforced, as patterns.
enum StringFormat: String, CaseIterable {
  case date, time, email, hostname, ipv4, uuid
  case dateTime = "date-time"

  var pattern: String { "^(?:\(body))$" }

  private var body: String {
    switch self {
    case .date: Self.calendarDate
    case .time: Self.clock
    case .dateTime: "(?:\(Self.calendarDate))T\(Self.clock)"
    case .email: "[A-Za-z0-9_%+-]{1,32}(?:\\.[A-Za-z0-9_%+-]{1,16}){0,3}@\(Self.domain)"
    case .hostname: "\(Self.label)(?:\\.\(Self.label)){0,5}"
    case .ipv4: "\(Self.octet)(?:\\.\(Self.octet)){3}"
    case .uuid: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    }
  }

  private static let label = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
  private static let domain = "(?:\(label)\\.){1,4}[a-z]{2,16}"
  private static let octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"

  /// RFC 3339, section 5.6; no leap seconds.
  private static let clock =
    "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

  /// Days that the Gregorian calendar has, of the years 0001 to 9999.
  private static let calendarDate: String = {
    let year = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
    let fours = "(?:0[48]|[2468][048]|[13579][26])"
    let leapYear = "(?:[0-9]{2}\(fours)|\(fours)00)"
    return "\(year)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
      + "|02-(?:0[1-9]|1[0-9]|2[0-8]))|\(leapYear)-02-29"
  }()
}
