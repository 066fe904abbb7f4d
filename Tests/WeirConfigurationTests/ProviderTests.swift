import Testing
import WeirDomain

@testable import WeirConfiguration

/// `[[providers]]`: which servers are asked, with which key, at which price.
@Suite struct ProviderTests {
  static let minimal = """
    [[providers]]
    name = "one"
    base_url = "https://example.org/v1/"
    standard = "big"

    """

  @Test func `a provider needs a name, an address and a model`() throws {
    let provider = try #require(try ConfigurationTests.parse(Self.minimal).providers.first)
    #expect(provider.name == "one")
    #expect(provider.kind == .openai)
    #expect(provider.baseURL == "https://example.org/v1")
    #expect(provider.models == [.standard: "big"])
    #expect(provider.keySource == nil)
    #expect(provider.totalTimeoutMilliseconds == 120_000)
    for line in ["name", "base_url", "standard"] {
      let without = Self.minimal.split(separator: "\n").filter { !$0.hasPrefix(line) }.joined(separator: "\n")
      #expect(ConfigurationTests.message(without)?.contains("providers[1].\(line) is missing") == true)
    }
  }

  @Test func `a key in the file is refused and never repeated`() {
    let secret = "sk-live-0123456789"
    for key in ["api_key", "token", "password", "api_key_env"] {
      let found = ConfigurationTests.message(Self.minimal + "\(key) = \"\(secret)\"")
      #expect(found?.contains("api_key_env = \"THE_VARIABLE\"") == true)
      #expect(found?.contains("weir.toml:5:") == true)
      #expect(found?.contains(secret) == false)
    }
  }

  @Test func `keys come from a variable or a file, not both`() throws {
    let variable = try ConfigurationTests.parse(Self.minimal + "api_key_env = \"OPENAI_API_KEY\"")
    #expect(variable.providers.first?.keySource == .environment(name: "OPENAI_API_KEY"))
    let file = try ConfigurationTests.parse(Self.minimal + "api_key_file = \"key\"")
    #expect(file.providers.first?.keySource == .file(path: "/etc/weir/key"))
    #expect(
      ConfigurationTests.message(Self.minimal + "api_key_env = \"A\"\napi_key_file = \"/b\"")?.contains("keep one")
        == true)
  }

  @Test(arguments: [
    "ftp://host", "files.example.org", "https://", "https:///v1", "https://:80", "http://user:pass@host",
    "https://host?key=1",
    "https://host/#a", "https://ho st", "https://h\\u00f6st", "https://host/\\n", "javascript:alert(1)", "file:///etc",
  ])
  func `an address that is no plain http address is refused and not repeated`(_ address: String) {
    let text = "[[providers]]\nname = \"one\"\nstandard = \"m\"\nbase_url = \"\(address)\""
    let found = ConfigurationTests.message(text)
    #expect(found?.contains("allowed is http:// or https://") == true)
    #expect(address == "https://" || found?.contains(address) != true)
  }

  @Test func `prices are exact whether typed as text or as number`() throws {
    for (typed, picodollars) in [
      ("\"0.15\"", 150_000), ("0.15", 150_000), ("0.1", 100_000), ("\"0.000001\"", 1), ("3", 3_000_000), ("0", 0),
      ("\"2.50\"", 2_500_000), ("0.075", 75_000), ("\"999999.999999\"", 999_999_999_999),
    ] as [(String, Int64)] {
      let text =
        Self.minimal + "[[providers.prices]]\nmodel = \"big\"\ninput_per_million = \(typed)\noutput_per_million = 1"
      let price = try #require(try ConfigurationTests.parse(text).providers.first?.prices.first)
      #expect(price.inputPerToken.picodollars == picodollars, "\(typed)")
      #expect(price.outputPerToken.picodollars == 1_000_000)
    }
  }

  @Test(arguments: [
    "-1", "\"free\"", "1e9", "\"0.0000001\"", "\"1,5\"", "\".5\"", "\"5.\"", "\"\u{0661}\"", "inf", "nan", "true",
  ])
  func `a price that is no exact amount is refused`(_ typed: String) {
    let text =
      Self.minimal + "[[providers.prices]]\nmodel = \"m\"\ninput_per_million = \(typed)\noutput_per_million = 1"
    #expect(ConfigurationTests.message(text)?.contains("input_per_million is") == true)
  }

  @Test func `a price that is missing is not zero`() {
    let text = Self.minimal + "[[providers.prices]]\nmodel = \"m\"\ninput_per_million = 1"
    #expect(ConfigurationTests.message(text)?.contains("an unknown price is not zero") == true)
  }

  @Test func `two providers of one name are refused, at the second`() {
    let found = ConfigurationTests.message(Self.minimal + Self.minimal)
    #expect(found?.hasPrefix("/etc/weir/weir.toml:6:") == true)
    #expect(found?.contains("providers[2].name contradicts") == true)
  }

  @Test func `an unknown key of a provider is refused at its line`() {
    let found = ConfigurationTests.message(Self.minimal + "premum = \"x\"")
    #expect(found == "/etc/weir/weir.toml:5: there is no key providers[1].premum: did you mean premium?")
  }

  @Test func `a provider has several keys and regions, each with its limits`() throws {
    let text =
      Self.minimal + """
        kind = "anthropic"
        regions = ["https://eu.example.org/v1/"]
        api_key_env = "A"
        requests_per_minute = 50
        lacks = ["images", "n"]
        prompt_cache = false
        [[providers.keys]]
        api_key_env = "B"
        tokens_per_minute = 1000
        [[providers.keys]]
        base_url = "https://two.example.org"
        """
    let provider = try #require(try ConfigurationTests.parse(text).providers.first)
    #expect(provider.kind == .anthropic)
    #expect(provider.regions == ["https://eu.example.org/v1"])
    #expect(provider.limits.requestsPerMinute == 50 && provider.limits.tokensPerMinute == nil)
    #expect(provider.lacks == [.images, .choices])
    #expect(!provider.usesPromptCache)
    #expect(provider.keys.map(\.source) == [.environment(name: "B"), nil])
    #expect(provider.keys.map(\.baseURL) == [nil, "https://two.example.org"])
    #expect(provider.keys[0].limits.tokensPerMinute == 1000)
  }

  @Test(arguments: [
    ("lacks = [\"tolls\"]", "tools, images, audio, files, n"), ("regions = [\"eu\"]", "http:// or https://"),
    ("[[providers.keys]]\nrequests_per_minute = 1", "keys[1].api_key_env is missing"),
    ("[[providers.keys]]\napi_key = \"sk-1\"", "THE_VARIABLE"), ("keys = [\"sk-1\"]", "keys[1]"),
    ("keys = \"sk-1\"", "[[providers.keys]]"), ("requests_per_minute = -1", "requests_per_minute is"),
    ("[[providers.keys]]\napi_key_env = \"A\"\nregion = \"b\"", "there is no key providers[1].keys[1].region"),
  ])
  func `keys and regions that are wrong are refused by name`(line: String, expected: String) {
    let found = ConfigurationTests.message(Self.minimal + line)
    #expect(found?.contains(expected) == true, "\(found ?? "taken")")
    #expect(found?.contains("sk-1") != true)
  }

  @Test func `prices of a prompt cache are exact, or absent`() throws {
    let text =
      Self.minimal + """
        [[providers.prices]]
        model = "big"
        input_per_million = 3
        output_per_million = 15
        cached_input_per_million = "0.30"
        cache_write_per_million = 3.75
        """
    let price = try #require(try ConfigurationTests.parse(text).providers.first?.prices.first)
    #expect(price.cachedPerToken?.picodollars == 300_000)
    #expect(price.cacheWritePerToken?.picodollars == 3_750_000)
    #expect(price.longCacheWritePerToken == nil)
    #expect(
      ConfigurationTests.message(text + "\ncache_write_1h_per_million = \"x\"")?.contains("cache_write_1h_per_million")
        == true)
  }

  @Test func `names that would spoil a report are refused`() {
    for name in ["a b", "ä", "\\u001b[31m", String(repeating: "x", count: 65)] {
      let text = Self.minimal.replacing("\"one\"", with: "\"\(name)\"")
      #expect(ConfigurationTests.message(text)?.contains("at most 64 letters") == true)
    }
  }
}
