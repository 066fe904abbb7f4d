import Testing
import WeirDomain

@testable import WeirConfiguration

/// `[routing]`, `[complexity]` and `[[routing.rules]]`.
@Suite struct RouteRuleTests {
  private static func rule(_ lines: String) throws -> Configuration.RouteRule? {
    try ConfigurationTests.parse("[[routing.rules]]\n\(lines)").routing.rules.first
  }

  private static func message(_ lines: String) -> String? { ConfigurationTests.message("[[routing.rules]]\n\(lines)") }

  @Test func `every key of a rule is read`() throws {
    let found = try #require(
      try Self.rule(
        """
        name = "vip"
        keywords = ["lawsuit", "salary review"]
        match = "*please*"
        entities = ["email"]
        intents = ["get_refund"]
        tenants = ["gold", "platinum"]
        features = ["checkout"]
        min_complexity = 0.2
        max_complexity = 0.9
        tier = "premium"
        mode = "escalate"
        strategy = "latency"
        latency_budget_ms = 800
        threshold = 0.9
        """))
    #expect(found.name == "vip")
    #expect(found.keywords == ["lawsuit", "salary review"])
    #expect(found.match == "*please*")
    #expect(found.entities == ["email"])
    #expect(found.intents == ["get_refund"])
    #expect(found.tenants == ["gold", "platinum"])
    #expect(found.features == ["checkout"])
    #expect(found.complexity == 0.2...0.9)
    #expect(found.tier == .premium)
    #expect(found.mode == "escalate")
    #expect(found.strategy == "latency")
    #expect(found.latencyBudgetMilliseconds == 800)
    #expect(found.threshold == 0.9)
    #expect(!found.staysLocal)
    #expect(found.origin == .file(path: "/etc/weir/weir.toml", line: 1))
  }

  @Test func `what is not typed says nothing`() throws {
    let found = try #require(try Self.rule("stay_local = true"))
    #expect(found.name == "rules[1]")
    #expect(found.staysLocal)
    #expect(found.tier == nil && found.mode == nil && found.strategy == nil && found.threshold == nil)
    #expect(found.complexity == nil && found.errorBudget == nil && found.ensemble.isEmpty)
  }

  @Test func `unknown keys and values are refused by name`() {
    #expect(
      Self.message("teir = \"premium\"")
        == "/etc/weir/weir.toml:2: there is no key routing.rules[1].teir: did you mean tier?")
    #expect(Self.message("keyword = [\"a\"]\ntier = \"premium\"")?.contains("did you mean keywords?") == true)
    #expect(Self.message("tier = \"gold\"")?.contains("\"template\" or \"generator\" or \"economy\"") == true)
    #expect(Self.message("tier = \"exact\"")?.contains("allowed is") == true)
    #expect(Self.message("mode = \"sometimes\"")?.contains("\"answer_and_escalate\"") == true)
    #expect(Self.message("tier = \"economy\"\nmin_complexity = 2")?.contains("a number from 0.0 to 1.0") == true)
    #expect(Self.message("intents = \"get_refund\"\ntier = \"economy\"")?.contains("a list of texts") == true)
  }

  @Test func `a rule that says nothing is refused`() {
    #expect(
      Self.message("intents = [\"get_refund\"]")?.contains("a rule says stay_local = true or one of tier") == true)
  }

  @Test func `a list that names nothing is refused`() {
    for key in ["keywords", "intents", "tenants", "features", "entities"] {
      #expect(Self.message("tier = \"economy\"\n\(key) = []")?.contains("1 to 256 texts") == true)
    }
    #expect(Self.message("tier = \"economy\"\nkeywords = [\"?!\"]")?.contains("with a letter or digit") == true)
  }

  @Test(arguments: [
    ("tier = \"economy\"\nmodel = \"m\"", "tier"), ("threshold = 0.5\nerror_budget = 0.1", "error_budget"),
    ("ensemble = [\"economy\", \"standard\"]\ntier = \"economy\"", "ensemble"),
    ("stay_local = true\ntier = \"premium\"", "stay_local"), ("stay_local = true\nmodel = \"m\"", "stay_local"),
    ("stay_local = true\nensemble = [\"generator\", \"economy\"]", "stay_local"),
    ("stay_local = true\nmode = \"escalate\"", "stay_local"), ("mode = \"never\"\ntier = \"economy\"", "mode"),
    ("tier = \"economy\"\nmin_complexity = 0.9\nmax_complexity = 0.1", "min_complexity"),
  ]) func `a rule that contradicts itself is refused`(lines: String, key: String) {
    #expect(Self.message(lines)?.contains("routing.rules[1].\(key)") == true)
  }

  @Test(arguments: [
    "[\"economy\"]", "[\"economy\", \"economy\"]", "[\"economy\", \"premium\"]", "[\"a\", \"b\"]",
    "[\"generator\", \"economy\", \"standard\"]",
  ]) func `an ensemble is two different tiers below premium`(list: String) {
    #expect(Self.message("ensemble = \(list)")?.contains("two different ones") == true)
    #expect(ConfigurationTests.message("[routing]\nensemble = \(list)")?.contains("two different ones") == true)
  }

  @Test func `two rules of one name are refused`() {
    let rule = "[[routing.rules]]\nname = \"a\"\ntier = \"economy\"\n"
    #expect(ConfigurationTests.message(rule + rule)?.contains("an earlier rule of the same name") == true)
  }

  @Test func `rules keep the order of the file and their lines`() throws {
    let text = (1...40).map { "[[routing.rules]]\nname = \"r\($0)\"\ntier = \"economy\"\n" }.joined()
    let found = try ConfigurationTests.parse(text).routing.rules
    #expect(found.map(\.name) == (1...40).map { "r\($0)" })
    #expect(found[2].origin == .file(path: "/etc/weir/weir.toml", line: 7))
  }

  @Test func `a single table, a value and too many rules are refused`() {
    #expect(ConfigurationTests.message("[routing.rules]\nname = \"a\"")?.contains("[[routing.rules]]") == true)
    #expect(ConfigurationTests.message("[routing]\nrules = 3")?.contains("[[routing.rules]]") == true)
    let many = String(repeating: "[[routing.rules]]\ntier = \"economy\"\n", count: 257)
    #expect(ConfigurationTests.message(many)?.contains("at most 256") == true)
  }

  @Test func `an error budget that a person set is told from the built-in one`() throws {
    #expect(try !ConfigurationTests.parse("").routing.isErrorBudgetTyped)
    #expect(try ConfigurationTests.parse("[routing]\nerror_budget = 0.02").routing.isErrorBudgetTyped)
    #expect(try ConfigurationTests.parse("", ["WEIR_ROUTING_ERROR_BUDGET": "0.02"]).routing.isErrorBudgetTyped)
  }

  @Test func `modes, strategies and weights are read`() throws {
    let found = try ConfigurationTests.parse(
      """
      [routing]
      mode = "answer_and_escalate"
      strategy = "utility"
      quality_weight = 2
      money_weight = 1
      latency_weight = 0
      latency_budget_ms = 1500
      ensemble = ["generator", "economy"]
      """
    ).routing
    #expect(found.mode == "answer_and_escalate")
    #expect(found.strategy == "utility")
    #expect([found.qualityWeight, found.moneyWeight, found.latencyWeight] == [2, 1, 0])
    #expect(found.latencyBudgetMilliseconds == 1500)
    #expect(found.ensemble == [.generator, .economy])
    #expect(try ConfigurationTests.parse("").routing.latencyBudgetMilliseconds == nil)
  }

  @Test func `weights of complexity are read, and all zero is refused`() throws {
    let found = try ConfigurationTests.parse("[complexity]\nlength = 0\ndomain_terms = [\"Ferrule\"]").complexity
    #expect(found.length == 0 && found.reasoning == 0.25)
    #expect(found.domainTerms == ["ferrule"])
    let none = "[complexity]\nlength = 0\nreasoning = 0\ndomain = 0\ncontext = 0\noutput = 0"
    #expect(ConfigurationTests.message(none)?.contains("at least one weight above 0") == true)
    #expect(
      ConfigurationTests.message("[complexity]\ndomain_terms = [\"two words\"]")?.contains("single words") == true)
    #expect(ConfigurationTests.message("[complexity]\nlenght = 1")?.contains("did you mean length?") == true)
  }
}
