internal import WeirCache
internal import WeirConfiguration
internal import WeirDomain
internal import WeirFiles
internal import WeirHTTP
internal import WeirLedger
internal import WeirModelFiles
internal import WeirProviders
package import WeirRouting

extension NodeClock {
  /// The system's clocks and randomness.
  package static let system = NodeClock(
    monotonic: { SystemClock.monotonicNanoseconds },
    wall: { Timestamp(milliseconds: SystemClock.utcMilliseconds) },
    random: { .random(in: .min ... .max) })
}

extension RoutePolicy {
  init(_ routing: Configuration.Routing) throws(StartFailure) {
    self.init(
      errorBudget: routing.errorBudget, isErrorBudgetTyped: routing.isErrorBudgetTyped,
      outOfScopeThreshold: routing.outOfScopeThreshold, economyComplexity: routing.economyComplexity,
      premiumComplexity: routing.premiumComplexity, defaultRemoteTier: routing.defaultRemoteTier)
    mode = RouteMode(named: routing.mode)
    strategy = RouteStrategy(named: routing.strategy)
    weights = RouteWeights(
      quality: routing.qualityWeight, money: routing.moneyWeight, latency: routing.latencyWeight)
    latencyBudgetMilliseconds = routing.latencyBudgetMilliseconds
    ensemble = routing.ensemble
    rules = RouteRules(try routing.rules.map { rule throws(StartFailure) in try RouteRule(rule) })
  }
}

extension OutagePolicy {
  init(_ measures: [Configuration.OutageMeasure]) {
    self.init(
      measures.map { measure -> OutagePolicy.Measure in
        switch measure {
        case .smaller: .smaller
        case .stale: .stale
        case .local: .local
        case .defer: .defer
        case .error: .error
        }
      })
  }
}

extension PromptCompressor {
  init(_ compression: Configuration.Compression) {
    self.init(
      whiteSpace: compression.whiteSpace, repeats: compression.repeats, oldTurns: compression.oldTurns,
      maxTokens: compression.maxRemoteTokens, maxLoss: compression.maxLoss)
  }
}

extension CacheConfiguration {
  init(_ cache: Configuration.Cache) {
    self.init()
    if let threshold = cache.similarityThreshold {
      self.threshold = Float(threshold)
      verifiedFloor = Float(threshold)
    }
    falseHitBudget = cache.falseHitBudget
    auditShare = cache.auditShare
    lifetimeMilliseconds = Int64(cache.timeToLiveSeconds) * 1000
    temporalLifetimeMilliseconds = Int64(cache.temporalTimeToLiveSeconds) * 1000
    staleMilliseconds = Int64(cache.staleSeconds) * 1000
    byteBudget = Int64(cache.maxBytes)
    memoryBudget = Int64(cache.maxMemoryBytes)
    for kind in cache.admitted {
      switch kind {
      case .personal: admitted.insert(.personal)
      case .temporal: admitted.insert(.temporal)
      case .creative: admitted.insert(.creative)
      }
    }
    eviction =
      switch cache.eviction {
      case .savings: .savings
      case .lru: .lru
      case .lfu: .lfu
      }
    rules = cache.rules.map { rule in
      CacheRule(
        name: rule.name, prompt: rule.match.flatMap { TextPattern($0) }, tenant: rule.tenant, intent: rule.intent,
        model: rule.model, tag: rule.tag, lifetimeMilliseconds: rule.timeToLiveSeconds.map { Int64($0) * 1000 },
        tags: rule.tags)
    }
    foldsCase = cache.foldCase
    sharedSpace = cache.sharedSpace
  }
}

extension PriceList {
  /// The built-in list, overlaid by the operator's file and by the providers' own prices.
  static func assembled(_ configuration: Configuration, at now: Timestamp) throws -> PriceList {
    guard let builtIn = EmbeddedFiles.region(named: "prices.json") else {
      preconditionFailure("the price list is part of the binary")
    }
    var list = try PriceList.parse(json: builtIn.array)
    if let path = configuration.ledger.priceList {
      list = list.overridden(by: try PriceList.parse(json: try ByteRegion(path: path).array))
    }
    var own: [String: [Price]] = [:]
    for provider in configuration.providers {
      for price in provider.prices {
        let dated = Price(
          validFrom: Timestamp(milliseconds: 0), input: price.inputPerToken, output: price.outputPerToken,
          cachedInput: price.cachedPerToken, cacheWrite: price.cacheWritePerToken,
          longCacheWrite: price.longCacheWritePerToken)
        if let other = own.updateValue([dated], forKey: price.model), other != [dated] {
          throw StartFailure.twoPrices(model: price.model, provider: provider.name)
        }
      }
    }
    list = list.overridden(by: PriceList(asOf: list.asOf, baseline: "", prices: own))
    if let premium = configuration.ledger.premiumModel { list.baseline = premium }
    guard (try? list.price(of: list.baseline, at: now)) != nil else {
      throw StartFailure.unknownBaseline(model: list.baseline)
    }
    return list
  }
}

extension RemoteRoutes {
  /// One route for each model of each provider; a model without a price is refused by name.
  static func assembled(
    _ configuration: Configuration, prices: PriceList, client: HTTPClient, link: LinkGate?,
    environment: [String: String], at now: Timestamp
  ) throws -> RemoteRoutes {
    var routes: [Route] = []
    for provider in configuration.providers {
      let answerer = try provider.answerer(
        client: client, environment: environment, link: configuration.link, gate: link)
      for tier in Tier.allCases {
        guard let model = provider.models[tier] else { continue }
        guard let price = try? prices.price(of: model, at: now) else {
          throw StartFailure.unknownPrice(model: model, provider: provider.name)
        }
        // Any request may be marked for its cache, by this node or by the caller.
        guard provider.kind != .anthropic || (price.cachedInput != nil && price.cacheWrite != nil) else {
          throw StartFailure.unknownCachePrice(model: model, provider: provider.name)
        }
        routes.append(Route(tier: tier, model: model, answerer: answerer))
      }
    }
    return RemoteRoutes(routes)
  }
}

extension GGUFFile {
  /// The model's own name, as ledgers show it.
  func name(default name: String) -> String {
    (try? string("general.name")) ?? name
  }
}
