import Testing
import WeirDomain

@testable import WeirConfiguration

/// What `weir init` writes.
@Suite struct TemplateTests {
  /// The template with the `#` of every TOML line removed, as a person would do it.
  static var uncommented: String {
    Configuration.commentedTemplate.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
      .joined(separator: "\n")
  }

  @Test func `as written it means the defaults`() throws {
    let written = try ConfigurationTests.parse(Configuration.commentedTemplate)
    var defaults = try ConfigurationTests.parse("")
    defaults.settings = written.settings
    #expect(written == defaults)
    #expect(written.settings.allSatisfy { $0.origin == .builtIn })
  }

  @Test func `uncommented it still means the defaults, with the examples of rules, answers and a provider`() throws {
    var written = try ConfigurationTests.parse(Self.uncommented)
    #expect(written.providers.map(\.name) == ["openai"])
    #expect(written.providers.first?.prices.first?.inputPerToken.picodollars == 150_000)
    #expect(written.settings.allSatisfy { $0.origin != .builtIn || $0.key.hasPrefix("providers.") })
    #expect(written.templates.answers.map(\.id) == ["refund-policy"])
    #expect(written.templates.values.keys.sorted() == ["Website URL"])
    #expect(written.cache.rules.map(\.name) == ["rules[1]", "intents.track_order"])
    #expect(written.routing.rules.map(\.name) == ["sensitive", "refunds"])
    #expect(written.routing.rules.map(\.staysLocal) == [true, false])
    let defaults = try ConfigurationTests.parse("")
    written.routing.rules = []
    written.routing.isErrorBudgetTyped = false
    written.cache.rules = []
    written.templates = defaults.templates
    written.providers = []
    written.settings = defaults.settings
    #expect(written == defaults)
  }

  @Test func `every key stands in it once with its meaning`() {
    let lines = Configuration.commentedTemplate.split(separator: "\n").map(String.init)
    for key in ConfigurationKey.all {
      #expect(lines.count { $0.hasPrefix("#\(key.name) = ") } >= 1, "\(key.path)")
      #expect(!key.meaning.isEmpty, "\(key.path)")
    }
    #expect(lines.allSatisfy { $0.count <= 120 })
  }
}
