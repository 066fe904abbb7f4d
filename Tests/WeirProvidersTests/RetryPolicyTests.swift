import Testing
import WeirDomain
import WeirHTTP
import WeirTestSupport

@testable import WeirProviders

@Suite("A retry policy")
struct RetryPolicyTests {
  private let busy = ProviderFailure(
    provider: "p", attempts: 1, cause: .overloaded(status: 503, error: .unknown, retryAfter: nil))

  private func asking(_ wait: Duration) -> ProviderFailure {
    ProviderFailure(provider: "p", attempts: 1, cause: .overloaded(status: 429, error: .unknown, retryAfter: wait))
  }

  @Test func `doubles the longest wait up to the cap, and draws uniformly below it`() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<500 {
      let base = Int.random(in: 1...1000, using: &random)
      let cap = Int.random(in: 1...20_000, using: &random)
      var policy = RetryPolicy(
        maximumAttempts: 20, base: .milliseconds(base), cap: .milliseconds(cap), deadline: .seconds(1_000_000))
      for attempt in 0..<19 {
        let fraction = Double.random(in: 0..<1, using: &random)
        let most = min(Double(cap), Double(base) * Double(1 << attempt))
        let action = policy.next(after: busy, elapsed: .zero, fraction: fraction)
        guard case .retry(let wait) = action else {
          Issue.record("gave up at attempt \(attempt)")
          return
        }
        #expect(abs(wait / .milliseconds(1) - most * fraction) < 1e-6)
      }
      #expect(policy.next(after: busy, elapsed: .zero, fraction: 0) == .giveUp)
    }
  }

  @Test func `gives up when the wait would pass the deadline`() {
    var policy = RetryPolicy(base: .milliseconds(100), deadline: .seconds(1))
    #expect(policy.next(after: busy, elapsed: .milliseconds(950), fraction: 0.25) == .retry(after: .milliseconds(25)))
    policy = RetryPolicy(base: .milliseconds(100), deadline: .seconds(1))
    #expect(policy.next(after: busy, elapsed: .milliseconds(950), fraction: 0.5) == .giveUp)
  }

  @Test func `honours what the server asks, up to the cap`() {
    var policy = RetryPolicy(base: .milliseconds(100), longestRetryAfter: .seconds(30))
    #expect(
      policy.next(after: asking(.seconds(30)), elapsed: .zero, fraction: 0.5) == .retry(after: .milliseconds(30_050)))
    policy = RetryPolicy(longestRetryAfter: .seconds(30))
    #expect(policy.next(after: asking(.milliseconds(30_001)), elapsed: .zero, fraction: 0) == .giveUp)
  }

  @Test(arguments: [
    (ProviderFailure.Cause.transport(.unreachable(authority: "a:1", reason: "")), true),
    (.transport(.unresolved(host: "a", reason: "")), true),
    (.transport(.insecure(authority: "a:1", isTrust: false, reason: "")), true),
    (.transport(.insecure(authority: "a:1", isTrust: true, reason: "")), false),
    (.transport(.timedOut(authority: "a:1", phase: .connect, elapsed: .zero, allowed: .zero)), true),
    (.transport(.timedOut(authority: "a:1", phase: .firstByte, elapsed: .zero, allowed: .zero)), false),
    (.transport(.broken(authority: "a:1", phase: .firstByte, status: nil, received: 0, reason: "")), false),
    (.transport(.closed), false), (.overloaded(status: 503, error: .unknown, retryAfter: nil), true),
    (.refused(status: 400, error: .unknown), false), (.malformed(reason: ""), false),
    (.interrupted(afterTokens: 1, reason: .ended), false), (.deadline(allowed: .zero), false), (.cancelled, false),
  ])
  func `tries again only what is safe`(cause: ProviderFailure.Cause, isSafe: Bool) {
    var policy = RetryPolicy()
    let failure = ProviderFailure(provider: "p", attempts: 1, cause: cause)
    #expect((policy.next(after: failure, elapsed: .zero, fraction: 0) != .giveUp) == isSafe)
  }

  @Test(
    arguments: [
      ("5", nil, Duration.seconds(5)), ("0", nil, .zero), ("Thu, 01 Jan 1970 00:00:09 GMT", nil, .seconds(8)),
      ("Thu, 01 Jan 1970 00:00:09 GMT", "Thu, 01 Jan 1970 00:00:05 GMT", .seconds(4)),
      ("Thu, 01 Jan 1970 00:00:00 GMT", nil, .zero), ("-5", nil, nil), ("1.5", nil, nil), ("soon", nil, nil),
      ("99999999999999999999", nil, nil),
    ] as [(String, String?, Duration?)])
  func `reads Retry-After as seconds or as a date`(value: String, date: String?, expected: Duration?) {
    let headers = [HTTPHeader("retry-after", value)] + (date.map { [HTTPHeader("Date", $0)] } ?? [])
    #expect(RetryAfter.wait(headers, now: Timestamp(milliseconds: 1000)) == expected)
  }

  @Test func `prefers milliseconds where a server gives them`() {
    let headers = [HTTPHeader("Retry-After", "2"), HTTPHeader("retry-after-ms", "1500")]
    #expect(RetryAfter.wait(headers, now: Timestamp(milliseconds: 0)) == .milliseconds(1500))
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
      ("Sun Nov  6 08:49:37 1994", 784_111_777_000), ("Tue, 29 Feb 2028 23:59:60 GMT", 1_835_481_600_000),
      ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Nov 1994 24:00:00 GMT", nil), ("06 Nov 1994", nil), ("", nil),
      ("Sun, 32 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 999999999999 08:49:37 GMT", nil),
    ] as [(String, Int64?)])
  func `reads the three forms of an HTTP date`(text: String, milliseconds: Int64?) {
    #expect(HTTPDate.parse(text)?.milliseconds == milliseconds)
  }
}
