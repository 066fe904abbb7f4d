import Testing

@testable import WeirConfiguration

@Suite struct LinkTests {
  private func parse(_ text: String) throws -> Configuration { try ConfigurationTests.parse(text) }

  @Test(arguments: [
    ("", "smaller stale defer"), ("when_offline = \"defer\"", "smaller stale defer"),
    ("when_offline = \"local\"", "smaller stale local error"), ("when_offline = \"error\"", "smaller stale error"),
    ("outage = [\"stale\", \"smaller\"]", "stale smaller"),
    ("outage = [\"error\"]", "error"),
    ("when_offline = \"defer\"\noutage = [\"local\", \"defer\"]", "local defer"),
  ])
  func `what is done in an outage follows the list, else when_offline`(text: String, expected: String) throws {
    let found = try parse("[routing]\n" + text).routing.outage
    #expect(found.map(\.rawValue).joined(separator: " ") == expected)
  }

  @Test(arguments: [
    ("outage = [\"smaler\"]", "each at most once"), ("outage = [\"stale\", \"stale\"]", "each at most once"),
    ("outage = [\"defer\", \"stale\"]", "at the end only"),
    ("when_offline = \"error\"\noutage = [\"stale\"]", "remove when_offline"),
  ])
  func `a list that contradicts itself or the old key is refused by name`(text: String, reason: String) throws {
    let failure = #expect(throws: ConfigurationFailure.self) { try parse("[routing]\n" + text) }
    let message = failure?.message ?? ""
    #expect(message.contains("routing.outage") && message.contains(reason), "\(message)")
  }

  @Test func `hours are read, and go over midnight`() throws {
    let link = try parse("[link]\nmetered_hours = [\"08:00-18:30\", \"23:00-01:00\", \"05:00-24:00\"]").link
    let found = link.meteredHours
    #expect(found.map { [$0.begin, $0.end] } == [[480, 1_110], [1_380, 60], [300, 1_440]])
    let day = (0..<1_440).filter { found[0].contains(minute: $0) }
    #expect(day == Array(480..<1_110))
    let night = (0..<1_440).filter { found[1].contains(minute: $0) }
    #expect(night == Array(0..<60) + Array(1_380..<1_440))
    #expect(try parse("[link]\nmetered = true").link.isMetered(atMinute: 3))
  }

  @Test(arguments: ["8:00-18:00", "08:00", "08:00-25:00", "08:60-09:00", "08:00-08:00", "", "a-b", "08:00-09:00-10:00"])
  func `other hours are refused`(text: String) throws {
    let failure = #expect(throws: ConfigurationFailure.self) { try parse("[link]\nmetered_hours = [\"\(text)\"]") }
    #expect(failure?.message.contains("link.metered_hours") == true)
  }

  @Test(arguments: ["ftp://a", "https://", "https:///x", "https://user:pw@host/", "nonsense", "https://a b"])
  func `a webhook that is no address is refused and not repeated`(text: String) throws {
    let failure = #expect(throws: ConfigurationFailure.self) { try parse("[link]\nwebhook = \"\(text)\"") }
    #expect(failure?.message.contains("link.webhook") == true)
    #expect(failure?.message.contains("pw") == false)
  }

  @Test func `a secret in the place of a variable's name is refused and not repeated`() throws {
    let failure = #expect(throws: ConfigurationFailure.self) {
      try parse("[link]\nwebhook = \"https://a/b?c\"\nwebhook_key_env = \"whsec_abc+def==\"")
    }
    #expect(failure?.message.contains("abc+def") == false)
    let alone = #expect(throws: ConfigurationFailure.self) { try parse("[link]\nwebhook_key_env = \"HOOK\"") }
    #expect(alone?.message.contains("link.webhook") == true)
  }

  @Test func `a cap is bytes, and none is none`() throws {
    #expect(try parse("").link.dataCap == nil)
    #expect(try parse("[link]\ndata_cap = \"2GiB\"").link.dataCap == 2 << 30)
  }
}
