import Testing
import WeirCache
import WeirDomain
import WeirEntities
import WeirRouting

/// What of a text rules see, and which rules can never do what they say.
@Suite struct RouteRulesTests {
  private static func rule(
    _ name: String, staysLocal: Bool = false, tier: Tier? = .premium, _ change: (inout RouteRule) -> Void = { _ in }
  ) -> RouteRule {
    var rule = RouteRule(name: name, staysLocal: staysLocal)
    rule.effect.tier = tier
    change(&rule)
    return rule
  }

  private static func fits(_ keywords: [String], _ text: String) -> Bool {
    let rules = RouteRules([rule("r") { $0.condition.keywords = keywords }])
    let request = RouteRequest(id: "a", messages: [ChatMessage(role: .user, content: text)])
    return rules.fitting(request, entities: []) == [0]
  }

  @Test func `keywords are whole words, in any case`() {
    #expect(Self.fits(["lawsuit"], "Is this a LAWSUIT?"))
    #expect(!Self.fits(["lawsuit"], "Are these lawsuits?"))
    #expect(!Self.fits(["art"], "Start the party"))
    #expect(Self.fits(["salary review"], "my Salary\n review, please"))
    #expect(!Self.fits(["salary review"], "review my salary"))
    #expect(!Self.fits(["salary review"], "my salary"))
    #expect(Self.fits(["a", "refund"], "refund"))
    #expect(Self.fits(["c3"], "(C3)"))
    #expect(!Self.fits(["x"], ""))
  }

  @Test func `keywords of other scripts are found as they are written`() {
    #expect(Self.fits(["straße"], "Die STRASSE? Nein, die Straße!"))
    #expect(Self.fits(["café"], "the cafe\u{301} there"))
    #expect(Self.fits(["диагноз"], "Мой ДИАГНОЗ верен?"))
    #expect(!Self.fits(["диагноз"], "диагнозы"))
    // No blanks part the words of these.
    #expect(Self.fits(["病历"], "请看我的病历好吗"))
    #expect(Self.fits(["진단"], "제 진단은 무엇입니까"))
    #expect(Self.fits(["カルテ"], "私のカルテを見て"))
    #expect(!Self.fits(["病历"], "请看我的历史"))
  }

  @Test func `all that reads text must fit together`() {
    var rule = Self.rule("r")
    rule.condition.keywords = ["refund"]
    rule.condition.pattern = TextPattern("*please*")
    rule.condition.entities = [.email]
    let rules = RouteRules([rule])
    func fits(_ text: String) -> Bool {
      let request = RouteRequest(id: "a", messages: [ChatMessage(role: .user, content: text)])
      return !rules.fitting(request, entities: EntityExtractor().entities(in: text)).isEmpty
    }
    #expect(fits("A refund please, to ada@example.org"))
    #expect(!fits("A refund please"))
    #expect(!fits("A refund to ada@example.org"))
    #expect(!fits("Please write to ada@example.org"))
  }

  @Test func `a long text is read in time that grows with it alone`() {
    let rules = RouteRules(
      (0..<256).map { index in Self.rule("r\(index)") { $0.condition.keywords = ["aa aa aa aa aa aa ab", "w\(index)"] }
      })
    let text = String(repeating: "aa ", count: 50_000) + "w7"
    let request = RouteRequest(id: "a", messages: [ChatMessage(role: .user, content: text)])
    #expect(rules.fitting(request, entities: []) == [7])
  }

  private static let options = [
    RemoteOption(tier: .economy, model: "mini"), RemoteOption(tier: .premium, model: "big"),
  ]

  private static func problems(_ rules: RouteRule...) -> [String] {
    RouteRules(rules).problems(intents: ["get_refund", "cancel_order"], options: options).map {
      "\($0.rule): \($0.text)"
    }
  }

  @Test func `names that nobody knows are refused with the likely one`() {
    #expect(
      Self.problems(Self.rule("a") { $0.condition.intents = ["get_refunds"] })
        == ["a: there is no intent \"get_refunds\": did you mean get_refund?"])
    #expect(
      Self.problems(Self.rule("a") { $0.condition.intents = ["weather_tomorrow"] })
        == ["a: there is no intent \"weather_tomorrow\": there are cancel_order, get_refund, out_of_scope"])
    #expect(Self.problems(Self.rule("a") { $0.condition.intents = ["out_of_scope"] }).isEmpty)
    #expect(
      Self.problems(Self.rule("a", tier: .standard))
        == ["a: no provider serves tier standard: name a model for it under [[providers]]"])
    #expect(
      Self.problems(Self.rule("a", tier: nil) { $0.effect.model = "bigg" })
        == ["a: no provider serves model \"bigg\": did you mean big?"])
    #expect(
      Self.problems(Self.rule("a", tier: nil) { $0.effect.ensemble = [.economy, .standard] })
        == ["a: no provider serves tier standard: name a model for it under [[providers]]"])
    #expect(Self.problems(Self.rule("a", tier: .generator)).isEmpty)
  }

  @Test func `a rule behind one that fits whatever it fits is refused`() {
    let everything = Self.rule("all")
    let tenant = Self.rule("tenant") { $0.condition.tenants = ["x"] }
    #expect(
      Self.problems(everything, tenant)
        == ["tenant: rule \"all\" before it has no conditions and fits everything: put it last"])
    #expect(Self.problems(tenant, everything).isEmpty)
    let both = Self.rule("both") {
      $0.condition.tenants = ["x"]
      $0.condition.intents = ["get_refund"]
    }
    #expect(
      Self.problems(tenant, both)
        == ["both: rule \"tenant\" before it fits whatever this one fits: put this one before it"])
    #expect(Self.problems(both, tenant).isEmpty)
    let more = Self.rule("more") { $0.condition.tenants = ["x", "y"] }
    #expect(Self.problems(tenant, more).isEmpty)
    #expect(Self.problems(more, tenant).count == 1)
    let hard = Self.rule("hard") { $0.condition.complexity = 0.5...1 }
    let harder = Self.rule("harder") { $0.condition.complexity = 0.7...0.9 }
    #expect(Self.problems(hard, harder).count == 1)
    #expect(Self.problems(harder, hard).isEmpty)
    let words = Self.rule("words") { $0.condition.keywords = ["Refund", "return"] }
    let word = Self.rule("word") { $0.condition.keywords = ["refund"] }
    #expect(Self.problems(words, word).count == 1)
    #expect(Self.problems(word, words).isEmpty)
    #expect(Self.problems(word, Self.rule("pattern") { $0.condition.pattern = TextPattern("*refund*") }).isEmpty)
  }

  @Test func `what only keeps requests here hides nothing, and is hidden by nothing`() {
    let here = Self.rule("here", staysLocal: true, tier: nil)
    #expect(Self.problems(here, Self.rule("all")).isEmpty)
    #expect(Self.problems(Self.rule("all"), here).isEmpty)
  }

  /// Every rule that is refused as hidden is indeed never the first: tried on random facts.
  @Test func `a hidden rule counts for no facts`() {
    let rules = [
      Self.rule("tenant") { $0.condition.tenants = ["x"] },
      Self.rule("both") {
        $0.condition.tenants = ["x"]
        $0.condition.intents = ["get_refund"]
      },
    ]
    var policy = RoutePolicy()
    policy.rules = RouteRules(rules)
    for intent in ["get_refund", "cancel_order"] {
      for outOfScope in [0.1, 0.9] {
        for tenant in ["x", "y"] {
          var facts = RouteFacts(reading: .init(intent: intent, confidence: 0.9, outOfScope: outOfScope))
          facts.tenant = tenant
          #expect(!policy.plan(for: facts).reasons.contains(.policy(.rule(name: "both", asks: "tier premium"))))
        }
      }
    }
  }
}
