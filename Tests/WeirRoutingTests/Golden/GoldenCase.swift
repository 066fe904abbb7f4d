import Testing
import WeirCache
import WeirDomain
import WeirEntities
import WeirRouting

/// One case of the golden corpus: what the file says of facts and policy, and what it expects.
struct GoldenCase: Sendable, CustomTestStringConvertible {
  var name: String
  /// Lines before the first "=".
  var given: [String] = []
  /// Lines with "=".
  var expected: [String] = []

  var testDescription: String { name }

  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  /// The policy and the facts that the given lines describe.
  func parsed() throws -> (RoutePolicy, RouteFacts) {
    var policy = RoutePolicy()
    var reading = RouteFacts.Reading(intent: "get_refund", confidence: 0.995, outOfScope: 0.01)
    var facts = RouteFacts(
      acceptance: .budget(0.02), complexity: 0.5,
      generator: .init(window: 512, promptTokens: 20, readsSingleTurns: true),
      remotes: try ["economy:mini", "standard:mid", "premium:big"].map(Self.option))
    var isRead = true
    var rules: [RouteRule] = []
    var fitting: [String] = []
    for line in given {
      let words = line.split(separator: " ").map(String.init)
      let (key, rest) = (words[0], Array(words.dropFirst()))
      switch key {
      case "model": facts.requestedModel = rest[0]
      case "intent": reading.intent = rest[0]
      case "also": reading.alternatives = rest
      case "confidence": reading.confidence = try Self.number(rest[0])
      case "out-of-scope": reading.outOfScope = try Self.number(rest[0])
      case "unread": isRead = false
      case "partly-read": facts.isPartlyUnread = true
      case "complexity": facts.complexity = try Self.number(rest[0])
      case "learned": facts.complexityOrigin = .learned
      case "factors":
        facts.complexityOrigin = .factors(
          try stride(from: 0, to: rest.count, by: 2).map {
            .init(factor: rest[$0], share: try Self.number(rest[$0 + 1]))
          }
        )
      case "sufficiency":
        for word in rest {
          let parts = word.split(separator: "=").map(String.init)
          let number = try Self.number(parts[1])
          if parts[0] == "generator" {
            facts.sufficiency = number
          } else {
            facts.remoteSufficiency[try Self.choice(parts[0])] = number
          }
        }
      case "turns": facts.turns = try Self.count(rest[0])
      case "cut": facts.cutAt = try Self.count(rest[0])
      case "negated": facts.isNegated = true
      case "generator":
        facts.generator =
          rest[0] == "none"
          ? nil
          : .init(
            window: try Self.count(rest[1]), promptTokens: try Self.count(rest[3]),
            readsSingleTurns: rest.last != "instructs")
      case "template":
        facts.template =
          switch rest[0] {
          case "fits": .fits(id: rest[1])
          case "open": .open(id: rest[1], slots: [rest[2...].joined(separator: " ")])
          default: RouteFacts.TemplateFacts.none
          }
      case "remotes": facts.remotes = rest[0] == "none" ? [] : try rest.map(Self.option)
      case "format": facts.format = rest[0] == "json" ? .json : .grammar
      case "tenant": facts.tenant = rest[0]
      case "feature": facts.feature = rest[0]
      case "fits": fitting += rest
      case "tokens": facts.remoteTokens = try Self.count(rest[0])
      case "max-tokens": facts.maxTokens = try Self.count(rest[0])
      case "deadline": facts.millisecondsLeft = try Self.count(rest[0])
      case "max-cost":
        facts.maxCost = Money(picodollars: Int64((try Self.number(rest[0]) * 1e12).rounded()))
      case "acceptance": facts.acceptance = try Self.acceptance(rest)
      case "mode": policy.mode = try Self.choice(rest[0])
      case "strategy": policy.strategy = try Self.choice(rest[0])
      case "weights":
        let weights = try rest.map(Self.number)
        policy.weights = RouteWeights(quality: weights[0], money: weights[1], latency: weights[2])
      case "latency-budget": policy.latencyBudgetMilliseconds = try Self.count(rest[0])
      case "ensemble": policy.ensemble = try rest.map(Self.choice)
      case "rule": rules.append(try Self.rule(rest))
      default: throw Malformed(description: "\(name): \(key) is not known")
      }
    }
    facts.reading = isRead ? reading : nil
    policy.rules = RouteRules(rules)
    facts.fittingTexts = rules.indices.filter { fitting.contains(rules[$0].name) }
    return (policy, facts)
  }

  /// `economy:mini@0.15/0.60~400/900!down`: tier, model, dollars for a million tokens read and written, median and 95th
  /// percentile in milliseconds, state.
  private static func option(_ text: String) throws -> RemoteOption {
    var rest = text[...]
    func cut(_ mark: Character) -> Substring? {
      guard let place = rest.firstIndex(of: mark) else { return nil }
      defer { rest = rest[..<place] }
      return rest[rest.index(after: place)...]
    }
    let (state, latency, price) = (cut("!"), cut("~"), cut("@"))
    guard let colon = rest.firstIndex(of: ":"), let tier = Tier(rawValue: String(rest[..<colon])) else {
      throw Malformed(description: "\(text) is no remote model")
    }
    var option = RemoteOption(tier: tier, model: String(rest[rest.index(after: colon)...]))
    if state == "down" { option.state = .down }
    if let parts = latency?.split(separator: "/") {
      option.latency = .init(median: try count(String(parts[0])), p95: try count(String(parts[1])))
    }
    if let parts = price?.split(separator: "/") {
      guard let input = Money.perToken(dollarsPerMillion: String(parts[0])),
        let output = Money.perToken(dollarsPerMillion: String(parts[1]))
      else { throw Malformed(description: "\(text) has no price") }
      option.rate = .init(input: input, output: output)
    }
    return option
  }

  private static func acceptance(_ words: [String]) throws -> Acceptance {
    let numbers = try words.dropFirst().map(number)
    func derived(_ origin: Acceptance.Origin) -> Acceptance {
      Acceptance(answerAt: numbers[0], reviewBelow: numbers[1], origin: origin)
    }
    switch words[0] {
    case "bands": return .bands
    case "budget": return .budget(numbers[0])
    case "bundle": return derived(.bundle(rows: Int(numbers[2])))
    case "reviewed": return derived(.reviewed(rows: Int(numbers[2])))
    case "monitor": return derived(.monitor)
    default: throw Malformed(description: "\(words[0]) is no acceptance")
    }
  }

  /// `name key=value ...`, lists with commas.
  private static func rule(_ words: [String]) throws -> RouteRule {
    var rule = RouteRule(name: words[0])
    for word in words.dropFirst() {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      let value = parts.last ?? ""
      let list = value.split(separator: ",").map(String.init)
      switch parts[0] {
      case "keywords": rule.condition.keywords = list
      case "pattern": rule.condition.pattern = TextPattern(value)
      case "entities": rule.condition.entities = Set(try list.map(choice))
      case "intents": rule.condition.intents = Set(list)
      case "tenants": rule.condition.tenants = Set(list)
      case "features": rule.condition.features = Set(list)
      case "complexity":
        let ends = try value.split(separator: "..").map { try number(String($0)) }
        rule.condition.complexity = ends[0]...ends[1]
      case "tier": rule.effect.tier = try choice(value)
      case "model": rule.effect.model = value
      case "mode": rule.effect.mode = try choice(value)
      case "strategy": rule.effect.strategy = try choice(value)
      case "threshold": rule.effect.threshold = try number(value)
      case "error-budget": rule.effect.errorBudget = ErrorBudget(share: try number(value), isTyped: true)
      case "latency-budget": rule.effect.latencyBudgetMilliseconds = try count(value)
      case "ensemble": rule.effect.ensemble = try list.map(choice)
      case "stay_local": rule.staysLocal = true
      default: throw Malformed(description: "\(parts[0]) is no part of a rule")
      }
    }
    return rule
  }

  private static func number(_ text: String) throws -> Double {
    guard let number = Double(text) else { throw Malformed(description: "\(text) is no number") }
    return number
  }

  private static func count(_ text: String) throws -> Int {
    guard let count = Int(text) else { throw Malformed(description: "\(text) is no integer") }
    return count
  }

  private static func choice<Choice: RawRepresentable<String>>(_ text: String) throws -> Choice {
    guard let choice = Choice(rawValue: text) else { throw Malformed(description: "\(text) is not known") }
    return choice
  }
}
