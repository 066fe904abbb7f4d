import WeirDomain
import WeirHTTP

/// How long a response asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
enum RetryAfter {
  /// A date is compared with the server's own `Date` where it sent one, since clocks differ.
  static func wait(_ headers: [HTTPHeader], now: Timestamp) -> Duration? {
    if let text = headers["retry-after-ms"], let milliseconds = natural(text) { return .milliseconds(milliseconds) }
    guard let text = headers["retry-after"] else { return nil }
    if let seconds = natural(text) { return .seconds(seconds) }
    guard let date = HTTPDate.parse(text) else { return nil }
    let reference = headers["date"].flatMap(HTTPDate.parse) ?? now
    return .milliseconds(max(0, date.milliseconds - reference.milliseconds))
  }

  /// At most nine digits: a hostile number cannot overflow.
  private static func natural(_ text: String) -> Int? {
    guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
