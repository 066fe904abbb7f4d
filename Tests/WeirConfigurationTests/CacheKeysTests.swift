import Testing

@testable import WeirConfiguration

/// The keys of `[cache]`, with its rules.
@Suite struct CacheKeysTests {
  @Test func `times are seconds or texts`() throws {
    for (text, seconds) in [("\"90s\"", 90), ("\"15m\"", 900), ("\"12h\"", 43_200), ("\"2w\"", 1_209_600), ("7", 7)] {
      #expect(try ConfigurationTests.parse("[cache]\nttl = \(text)").cache.timeToLiveSeconds == seconds)
    }
    let flag = Configuration.Flag(key: "cache.ttl", value: "1d", name: "--ttl")
    #expect(try ConfigurationTests.parse("", ["WEIR_CACHE_TTL": "5m"]).cache.timeToLiveSeconds == 300)
    #expect(try ConfigurationTests.parse("", flags: [flag]).cache.timeToLiveSeconds == 86_400)
    #expect(try ConfigurationTests.parse("").cache.staleSeconds == 0)
  }

  @Test func `a time that is none is refused with what is allowed`() {
    for text in ["\"soon\"", "\"0s\"", "\"-1\"", "\"1 h\"", "\"99999999999w\"", "1.5", "true", "\"1h30m\""] {
      let message = ConfigurationTests.message("[cache]\nttl = \(text)")
      #expect(message?.contains("a time from 1s to 3650d") == true, "\(text): \(message ?? "taken")")
    }
  }

  @Test func `rules and intents are read in the order in which they count`() throws {
    let rules = try ConfigurationTests.parse(
      """
      [cache]
      ttl = "1d"
      admit = ["temporal"]
      eviction = "lfu"
      [cache.intents]
      track_order = "0s"
      refund = "2h"
      [[cache.rules]]
      match = "*price*"
      tenant = "shop"
      ttl = "1h"
      tags = ["prices"]
      [[cache.rules]]
      model = "large"
      tags = ["large"]
      """
    ).cache.rules
    #expect(rules.map(\.name) == ["rules[1]", "rules[2]", "intents.refund", "intents.track_order"])
    #expect(rules.map(\.timeToLiveSeconds) == [3_600, nil, 7_200, 0])
    #expect(rules[0].match == "*price*" && rules[0].tenant == "shop" && rules[0].tags == ["prices"])
    #expect(rules[1].model == "large")
  }

  @Test func `tenants that share are named in a list, in the file or the environment`() throws {
    #expect(try ConfigurationTests.parse("").cache.sharedSpace.isEmpty)
    #expect(try ConfigurationTests.parse("[cache]\nshared_space = [\"a\", \"b\"]").cache.sharedSpace == ["a", "b"])
    #expect(try ConfigurationTests.parse("", ["WEIR_CACHE_SHARED_SPACE": "a, b"]).cache.sharedSpace == ["a", "b"])
    #expect(ConfigurationTests.message("[cache]\nshared_space = \"a\"")?.contains("cache.shared_space") == true)
  }

  @Test func `what is wrong with a rule is said with its place`() {
    let cases = [
      ("[cache.intents]\nrefund = true", "cache.intents.\"refund\" is true (a boolean), it must be a time"),
      ("[cache]\nintents = 1", "it must be a section, [cache.intents]"),
      ("[cache]\nrules = 1", "it must be written as [[cache.rules]]"),
      ("[[cache.rules]]\nmatch = \"a\"", "cache.rules[1].ttl"),
      ("[[cache.rules]]\nmach = \"a\"\nttl = 1", "did you mean match?"),
      ("[[cache.rules]]\nttl = 1\ntags = [\"model:x\"]", "not beginning with model:"),
      ("[[cache.rules]]\nttl = 1\ntags = \"x\"", "cache.rules[1].tags"),
      ("[[cache.rules]]\nttl = 1\nmatch = \"\(String(repeating: "x", count: 300))\"", "at most 256 bytes"),
      ("[cache]\nadmit = [\"tools\"]", "\"personal\", \"temporal\", \"creative\""),
      ("[cache]\neviction = \"fifo\"", "\"savings\" or \"lru\" or \"lfu\""),
    ]
    for (text, part) in cases {
      let message = ConfigurationTests.message(text)
      #expect(message?.contains(part) == true, "\(text): \(message ?? "taken")")
    }
    let many = String(repeating: "[[cache.rules]]\nttl = 1\n", count: 257)
    #expect(ConfigurationTests.message(many)?.contains("257 rules") == true)
  }
}
