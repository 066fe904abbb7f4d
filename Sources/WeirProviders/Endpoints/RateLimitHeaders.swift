package import WeirDomain
package import WeirHTTP

/// What a response's headers say about the limits of the key that asked.
///
/// Read are OpenAI's `x-ratelimit-{limit,remaining,reset}-{requests,tokens}` (resets as `6m0s`), Anthropic's
/// `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}` (resets as RFC 3339 dates) and
/// what `RetryAfter` reads. Anything that is no number or date is passed over.
package struct RateLimitHeaders: Sendable, Hashable {
  package struct Window: Sendable, Hashable {
    package var limit: Int?
    package var remaining: Int?
    package var resetAfter: Duration?

    package init(limit: Int? = nil, remaining: Int? = nil, resetAfter: Duration? = nil) {
      self.limit = limit
      self.remaining = remaining
      self.resetAfter = resetAfter
    }

    var isEmpty: Bool { self == Window() }

    /// The share that is left, 1 where it is not said.
    fileprivate var share: Double {
      guard let limit, let remaining, limit > 0 else { return 1 }
      return Double(remaining) / Double(limit)
    }
  }

  package var requests: Window?
  package var tokens: Window?
  package var retryAfter: Duration?

  package init(requests: Window? = nil, tokens: Window? = nil, retryAfter: Duration? = nil) {
    self.requests = requests
    self.tokens = tokens
    self.retryAfter = retryAfter
  }

  package init(_ headers: [HTTPHeader], now: Timestamp) {
    var found: [String: String] = [:]
    for header in headers {
      let name = header.name.lowercased()
      if name.hasPrefix("x-ratelimit-") || name.hasPrefix("anthropic-ratelimit-"), found[name] == nil {
        found[name] = header.value
      }
    }
    let reference = headers["date"].flatMap(HTTPDate.parse) ?? now
    func window(_ name: (String) -> String) -> Window? {
      let window = Window(
        limit: found[name("limit")].flatMap(Self.natural), remaining: found[name("remaining")].flatMap(Self.natural),
        resetAfter: found[name("reset")].flatMap { Self.reset($0, since: reference) })
      return window.isEmpty ? nil : window
    }
    requests = window { "x-ratelimit-\($0)-requests" } ?? window { "anthropic-ratelimit-requests-\($0)" }
    tokens =
      window { "x-ratelimit-\($0)-tokens" }
      ?? ["tokens", "input-tokens", "output-tokens"].compactMap { kind in
        window { "anthropic-ratelimit-\(kind)-\($0)" }
      }.min { $0.share < $1.share }
    retryAfter = RetryAfter.wait(headers, now: now)
  }

  private static func natural(_ text: String) -> Int? {
    guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  /// `1h2m3.5s`, `120ms`, a number of seconds, or a date.
  static func reset(_ text: String, since now: Timestamp) -> Duration? {
    guard text.utf8.count <= 40 else { return nil }
    if let date = RFC3339.parse(text) { return .milliseconds(max(0, date.milliseconds - now.milliseconds)) }
    var rest = text[...]
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let number = Double(digits), number.isFinite else { return nil }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      let seconds: Double? =
        switch unit {
        case "d": 86_400
        case "h": 3600
        case "m": 60
        case "s", "": 1
        case "ms": 0.001
        case "us", "µs": 0.000_001
        case "ns": 0.000_000_001
        default: nil
        }
      guard let seconds else { return nil }
      total += number * seconds
    }
    return total <= 31_536_000 && !text.isEmpty ? .seconds(total) : nil
  }
}
