import Testing
import WeirDomain

@testable import WeirConfiguration

/// What a file, the environment and flags mean together.
@Suite struct ConfigurationTests {
  static let home = ["HOME": "/home/someone"]

  static func parse(
    _ text: String, _ environment: [String: String] = [:], flags: [Configuration.Flag] = []
  ) throws(ConfigurationFailure) -> Configuration {
    let all = home.merging(environment) { $1 }
    return try Configuration.parse(text: text, file: "/etc/weir/weir.toml", environment: all, flags: flags)
  }

  static func message(_ text: String, _ environment: [String: String] = [:]) -> String? {
    do {
      _ = try parse(text, environment)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func `without a file the defaults hold`() throws {
    let found = try Configuration.parse(text: "", file: nil, environment: Self.home)
    #expect(found.routing.errorBudget == 0.02)
    #expect(found.routing.whenOffline == .defer)
    #expect(found.routing.defaultRemoteTier == .standard)
    #expect(found.node.state == "/home/someone/.local/state/weir")
    #expect(!found.node.name.isEmpty)
    #expect(found.models.bundle == nil)
    #expect(found.cache.maxBytes == 512 << 20)
    #expect(found.cache.timeToLiveSeconds == 604_800)
    #expect(found.limits.maxPromptBytes == 262_144)
    #expect(found.limits.jobs >= 1)
    #expect(found.providers.isEmpty)
    #expect(found.settings.allSatisfy { $0.origin == .builtIn })
  }

  @Test func `every kind of value is read from the file`() throws {
    let found = try Self.parse(
      """
      [node]
      name = "edge-1"
      [routing]
      error_budget = 0.05
      premium_complexity = 1
      when_offline = "local"
      [generator]
      enabled = false
      min_mean_logprob = -1.5
      min_acceptance = 0.7
      [cache]
      max_bytes = "2 GiB"
      """)
    #expect(found.node.name == "edge-1")
    #expect(found.routing.errorBudget == 0.05)
    #expect(found.routing.premiumComplexity == 1)
    #expect(found.routing.whenOffline == .local)
    #expect(!found.generator.enabled)
    #expect(found.generator.minMeanLogprob == -1.5)
    #expect(found.generator.minAcceptance == 0.7)
    #expect(found.cache.maxBytes == 2 << 30)
  }

  @Test func `flags go before the environment and the environment before the file`() throws {
    let text = "[routing]\nerror_budget = 0.1"
    let variable = ["WEIR_ROUTING_ERROR_BUDGET": "0.2"]
    let flag = Configuration.Flag(key: "routing.error_budget", value: "0.3", name: "--error-budget")
    #expect(try Self.parse(text).routing.errorBudget == 0.1)
    #expect(try Self.parse(text, variable).routing.errorBudget == 0.2)
    #expect(try Self.parse(text, variable, flags: [flag]).routing.errorBudget == 0.3)
  }

  @Test func `every key can be set by its variable`() throws {
    for key in ConfigurationKey.all {
      guard case .text(let text) = key.standard else { continue }
      let found = try Self.parse("", [key.variable: text])
      #expect(found.settings.first { $0.key == key.path }?.origin == .environment(name: key.variable))
    }
  }

  @Test func `a value of the environment that is wrong names its variable`() {
    #expect(
      Self.message("", ["WEIR_ROUTING_ERROR_BUDGET": "lots"])
        == "environment variable WEIR_ROUTING_ERROR_BUDGET: routing.error_budget is \"lots\" (a text), "
        + "it must be a number above 0.0 and below 0.5")
  }

  @Test func `an unknown key is refused with the name that was probably meant`() {
    #expect(
      Self.message("[routing]\n\nerorr_budget = 0.1")
        == "/etc/weir/weir.toml:3: there is no key routing.erorr_budget: did you mean error_budget?")
    #expect(
      Self.message("[rooting]\nerror_budget = 0.1")
        == "/etc/weir/weir.toml:1: there is no key rooting: did you mean routing?")
    #expect(
      Self.message("error_budget = 0.1")
        == "/etc/weir/weir.toml:1: there is no key error_budget: did you mean error_budget in the section [routing]?")
    #expect(Self.message("[routing]\nxyzzy_quux_plugh = 1")?.hasSuffix("see `weir init --config -`") == true)
  }

  @Test func `an unknown variable is refused with the name that was probably meant`() {
    #expect(
      Self.message("", ["WEIR_ROUTING_ERROR_BUDGETS": "0.1"])
        == "there is no setting for the environment variable WEIR_ROUTING_ERROR_BUDGETS: "
        + "did you mean WEIR_ROUTING_ERROR_BUDGET?")
    #expect(Self.message("", ["WEIR_CONFIG": "", "WEIR_KERNELS": "scalar", "OTHER": "1"]) == nil)
  }

  @Test(arguments: ["0", "0.5", "-0.1", "1", "nan", "inf", "-inf", "0.500000001"])
  func `an error budget outside its range is refused`(_ value: String) {
    #expect(Self.message("[routing]\nerror_budget = \(value)")?.contains("allowed is a number above 0.0") == true)
  }

  @Test func `values of another type are refused with what was found`() {
    let cases: [(String, String)] = [
      ("[generator]\nenabled = 1", "generator.enabled is 1 (an integer), it must be true or false"),
      ("[generator]\nmax_tokens = 1.5", "generator.max_tokens is 1.5 (a decimal number), it must be an integer"),
      ("[node]\nname = 5", "node.name is 5 (an integer), it must be a text"),
      ("[node]\nname = 2024-01-01", "node.name is a date or time, it must be a text"),
      ("[node]\nname = [1]", "node.name is a list, it must be a text"),
      ("[node]\nname.first = 1", "node.name is a table, it must be a text"),
      ("[cache]\nmax_bytes = \"many\"", "cache.max_bytes is \"many\" (a text), it must be bytes"),
      ("node = 1", "node is a value, it must be a section, [node]"),
      ("[providers]\nname = \"x\"", "it must be written as [[providers]]"),
    ]
    for (text, sentence) in cases {
      #expect(Self.message(text)?.contains(sentence) == true, "\(text) gave \(Self.message(text) ?? "nothing")")
    }
  }

  @Test func `keys that contradict each other are refused`() {
    #expect(Self.message("[routing]\neconomy_complexity = 0.9")?.contains("contradicts") == true)
    #expect(Self.message("[limits]\nmax_prompt_bytes = \"2MiB\"")?.contains("limits.max_line_bytes") == true)
  }

  @Test func `syntax errors tell line and column`() {
    #expect(Self.message("[node]\nname = \"a\"\nname = \"b\"")?.hasPrefix("/etc/weir/weir.toml:3:") == true)
    #expect(Self.message("[node\n")?.contains("this is not TOML") == true)
  }

  @Test func `a NUL is refused with its place`() {
    #expect(Self.message("[node]\nname = \"\u{0}\"")?.hasPrefix("/etc/weir/weir.toml:2:9: this is not TOML") == true)
    #expect(Self.message("[node]\n\nname = \"\\u0000\"")?.contains("weir.toml:3:11") == true)
  }

  @Test func `paths start from the file, the home folder or the root`() throws {
    let found = try Self.parse("[models]\nbundle = \"bundle\"\nencoder = \"~/e.gguf\"\nintents = \"/i.bin\"")
    #expect(found.models.bundle == "/etc/weir/bundle")
    #expect(found.models.encoder == "/home/someone/e.gguf")
    #expect(found.models.intents == "/i.bin")
    #expect(try Self.parse("", ["WEIR_MODELS_BUNDLE": "here"]).models.bundle == "here")
  }

  @Test func `the state folder follows systemd, XDG, home`() throws {
    #expect(try Self.parse("", ["XDG_STATE_HOME": "/x"]).node.state == "/x/weir")
    #expect(
      try Self.parse("", ["XDG_STATE_HOME": "/x", "STATE_DIRECTORY": "/var/lib/weir:/b"]).node.state == "/var/lib/weir")
    #expect(throws: ConfigurationFailure.noStateFolder) {
      try Configuration.parse(text: "", file: nil, environment: [:])
    }
    let flag = Configuration.Flag(key: "node.state", value: "/s", name: "--state")
    #expect(try Configuration.parse(text: "", file: nil, environment: [:], flags: [flag]).node.state == "/s")
  }

  @Test func `the listing tells every setting with its origin`() throws {
    let listing = try Self.parse("[node]\nregion = \"eu\"", ["WEIR_GENERATOR_MAX_TOKENS": "99"]).describe()
    #expect(listing.contains("= \"eu\"  (/etc/weir/weir.toml:2)"))
    #expect(listing.contains("= 99  (environment variable WEIR_GENERATOR_MAX_TOKENS)"))
    #expect(listing.split(separator: "\n").count == ConfigurationKey.all.count)
  }

  @Test func `adapters are files with or without a strength, in the file and in the environment`() throws {
    let text = "[models]\nadapters = [\"a.gguf\", \"/x/b.gguf:0.5\", \"~/c:d.gguf\"]"
    let found = try Self.parse(text).models.adapters
    #expect(found.map(\.path) == ["/etc/weir/a.gguf", "/x/b.gguf", "/home/someone/c:d.gguf"])
    #expect(found.map(\.scale) == [1, 0.5, 1])
    let other = try Self.parse(text, ["WEIR_MODELS_ADAPTERS": "/y/e.gguf:-2, /y/f.gguf"]).models.adapters
    #expect(other == [.init(path: "/y/e.gguf", scale: -2), .init(path: "/y/f.gguf", scale: 1)])
    #expect(try Self.parse("").models.adapters.isEmpty)
  }

  @Test(arguments: ["[1]", "\"a.gguf\"", "[[\"a\"]]", "[\"a.gguf:101\"]", "[\":1\"]", "[\"\"]", "[\"a:nan\"]"])
  func `adapters that are no list of files are refused by name`(value: String) {
    #expect(Self.message("[models]\nadapters = \(value)")?.contains("models.adapters") == true)
  }
}
