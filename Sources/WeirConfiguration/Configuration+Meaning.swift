import WeirDomain

extension Configuration {
  /// Turns checked settings into their meaning: defaults that depend on the host, paths, keys that contradict.
  init(_ settings: TypedSettings, file: String?, environment: [String: String]) throws(ConfigurationFailure) {
    let paths = PathResolver(settings: settings, home: environment["HOME"])
    let state: String
    if let typed = try paths.path("node.state") {
      state = typed
    } else {
      state = try Self.standardState(environment: environment)
    }
    node = Node(
      name: settings.optionalText("node.name") ?? Configuration.hostName,
      state: state, region: settings.text("node.region"))
    models = Models(
      bundle: try paths.path("models.bundle"), encoder: try paths.path("models.encoder"),
      encoderPrefix: settings.optionalText("models.encoder_prefix"),
      intents: try paths.path("models.intents"), generator: try paths.path("models.generator"),
      draft: try paths.path("models.draft"),
      adapters: try Self.adapters(settings, paths),
      chatTemplate: settings.text("models.chat_template"), pack: settings.boolean("models.pack"))
    routing = try Routing(settings)
    link = try Link(settings)
    budget = try Budget(settings, paths)
    complexity = try Complexity(settings)
    templates = Templates(file: try paths.path("templates.file"))
    let logprob = settings.decimal("generator.min_mean_logprob")
    let acceptance = settings.decimal("generator.min_acceptance")
    let context = settings.integer("generator.context")
    generator = Generator(
      enabled: settings.boolean("generator.enabled"), maxTokens: settings.integer("generator.max_tokens"),
      temperature: settings.decimal("generator.temperature"), minMeanLogprob: logprob == 0 ? nil : logprob,
      minAcceptance: acceptance == 0 ? nil : acceptance,
      context: context == 0 ? nil : context, fewShot: settings.integer("generator.few_shot"))
    let threads = settings.integer("engine.threads")
    engine = Engine(
      threads: threads == 0 ? nil : threads, keyValueType: settings.text("engine.key_value_type"),
      speculation: settings.boolean("engine.speculation"),
      prefixMemoryBytes: settings.integer("engine.prefix_memory_bytes"),
      prefixDiskBytes: settings.integer("engine.prefix_disk_bytes"))
    documents = try Documents(settings, paths)
    cache = try Cache(settings)
    ledger = Ledger(
      priceList: try paths.path("ledger.price_list"), premiumModel: settings.optionalText("ledger.premium_model"))
    review = Review(enabled: settings.boolean("review.enabled"))
    let remoteTokens = settings.integer("compression.max_remote_tokens")
    compression = Compression(
      whiteSpace: settings.boolean("compression.white_space"), repeats: settings.boolean("compression.repeats"),
      oldTurns: settings.boolean("compression.old_turns"), maxRemoteTokens: remoteTokens == 0 ? nil : remoteTokens,
      maxLoss: settings.decimal("compression.max_loss"))
    limits = try Limits(settings)
    providers = []
    self.file = file
    self.settings = ConfigurationKey.all.map { key in
      let origin = settings.origin(key.path)
      return Setting(key: key.path, value: settings.values[key.path]?.value.literal ?? "", origin: origin)
    }
  }

  /// `file` or `file:strength`; a file whose name ends in a colon and a number is written with its strength.
  private static func adapters(
    _ settings: TypedSettings, _ paths: PathResolver
  ) throws(ConfigurationFailure) -> [Adapter] {
    let key = "models.adapters"
    var adapters: [Adapter] = []
    for text in settings.texts(key) {
      var (file, scale) = (text[...], 1.0)
      if let colon = text.lastIndex(of: ":"), let number = Double(text[text.index(after: colon)...]) {
        (file, scale) = (text[..<colon], number)
      }
      guard !file.isEmpty, (-100...100).contains(scale) else {
        throw .outOfRange(
          key: key, origin: settings.origin(key), found: TypedValue.text(text).literal,
          allowed: "a file, or a file, a colon and a strength from -100 to 100")
      }
      adapters.append(Adapter(path: try paths.resolved(String(file), key: key), scale: scale))
    }
    return adapters
  }

  private static func standardState(environment: [String: String]) throws(ConfigurationFailure) -> String {
    if let folders = environment["STATE_DIRECTORY"], let first = folders.split(separator: ":").first {
      return String(first)
    }
    if let folder = environment["XDG_STATE_HOME"], !folder.isEmpty { return "\(folder)/weir" }
    if let home = environment["HOME"], !home.isEmpty { return "\(home)/.local/state/weir" }
    throw .noStateFolder
  }
}

extension Configuration.Routing {
  fileprivate init(_ settings: TypedSettings) throws(ConfigurationFailure) {
    errorBudget = settings.decimal("routing.error_budget")
    isErrorBudgetTyped = settings.origin("routing.error_budget") != .builtIn
    mode = settings.text("routing.mode")
    strategy = settings.text("routing.strategy")
    qualityWeight = settings.decimal("routing.quality_weight")
    moneyWeight = settings.decimal("routing.money_weight")
    latencyWeight = settings.decimal("routing.latency_weight")
    let latencyBudget = settings.integer("routing.latency_budget_ms")
    latencyBudgetMilliseconds = latencyBudget == 0 ? nil : latencyBudget
    ensemble = try Configuration.ensemble(settings, "routing.ensemble", key: "routing.ensemble")
    reviewProbability = settings.decimal("routing.review_probability")
    auditProbability = settings.decimal("routing.audit_probability")
    outOfScopeThreshold = settings.decimal("routing.out_of_scope_threshold")
    premiumComplexity = settings.decimal("routing.premium_complexity")
    economyComplexity = settings.decimal("routing.economy_complexity")
    guard let tier = Tier(rawValue: settings.text("routing.default_remote_tier")),
      let offline = Configuration.WhenOffline(rawValue: settings.text("routing.when_offline"))
    else { preconditionFailure("the choices of the schema are the cases of their types") }
    defaultRemoteTier = tier
    whenOffline = offline
    outage = try Self.outage(settings, else: offline)
    if economyComplexity > premiumComplexity {
      throw .conflict(
        key: "routing.economy_complexity", other: "routing.premium_complexity",
        origin: settings.origin("routing.economy_complexity"), advice: "the first must not be above the second")
    }
  }
}

extension Configuration.Complexity {
  fileprivate init(_ settings: TypedSettings) throws(ConfigurationFailure) {
    length = settings.decimal("complexity.length")
    reasoning = settings.decimal("complexity.reasoning")
    domain = settings.decimal("complexity.domain")
    context = settings.decimal("complexity.context")
    output = settings.decimal("complexity.output")
    domainTerms = Set(settings.texts("complexity.domain_terms").map { $0.lowercased() })
    guard length + reasoning + domain + context + output > 0 else {
      throw .outOfRange(
        key: "complexity.length", origin: settings.origin("complexity.length"), found: "weights that are all 0",
        allowed: "at least one weight above 0")
    }
    // The prompt is read word by word: a term of several words would never be found.
    if let term = domainTerms.sorted().first(where: { !$0.allSatisfy { $0.isLetter || $0.isNumber } || $0.isEmpty }) {
      throw .outOfRange(
        key: "complexity.domain_terms", origin: settings.origin("complexity.domain_terms"),
        found: TypedValue.text(String(term.prefix(64))).literal, allowed: "single words of letters and digits")
    }
  }
}

extension Configuration.Cache {
  fileprivate init(_ settings: TypedSettings) throws(ConfigurationFailure) {
    enabled = settings.boolean("cache.enabled")
    semantic = settings.boolean("cache.semantic")
    let similarity = settings.decimal("cache.similarity_threshold")
    similarityThreshold = similarity == 0 ? nil : similarity
    falseHitBudget = settings.decimal("cache.false_hit_budget")
    auditShare = settings.decimal("cache.audit_share")
    timeToLiveSeconds = settings.integer("cache.ttl")
    temporalTimeToLiveSeconds = settings.integer("cache.temporal_ttl")
    staleSeconds = settings.integer("cache.stale")
    maxBytes = settings.integer("cache.max_bytes")
    maxMemoryBytes = settings.integer("cache.max_memory")
    foldCase = settings.boolean("cache.fold_case")
    sharedSpace = Set(settings.texts("cache.shared_space"))
    guard let policy = Configuration.Eviction(rawValue: settings.text("cache.eviction")) else {
      preconditionFailure("the choices of the schema are the cases of their type")
    }
    eviction = policy
    admitted = []
    for name in settings.texts("cache.admit") {
      guard let kind = Configuration.AdmittedKind(rawValue: name) else {
        throw .outOfRange(
          key: "cache.admit", origin: settings.origin("cache.admit"), found: TypedValue.text(name).literal,
          allowed: "a list of \"personal\", \"temporal\", \"creative\"")
      }
      admitted.insert(kind)
    }
  }
}

extension Configuration.Documents {
  fileprivate init(_ settings: TypedSettings, _ paths: PathResolver) throws(ConfigurationFailure) {
    folders = try paths.paths("documents.folders")
    groundRemote = settings.boolean("documents.ground_remote")
    passages = settings.integer("documents.passages")
    minScore = settings.decimal("documents.min_score")
    chunkTokens = settings.integer("documents.chunk_tokens")
    overlapTokens = settings.integer("documents.overlap_tokens")
    maxFileBytes = settings.integer("documents.max_file_bytes")
    if overlapTokens * 2 > chunkTokens {
      throw .conflict(
        key: "documents.overlap_tokens", other: "documents.chunk_tokens",
        origin: settings.origin("documents.overlap_tokens"), advice: "the first must be at most half of the second")
    }
  }
}

extension Configuration.Limits {
  fileprivate init(_ settings: TypedSettings) throws(ConfigurationFailure) {
    maxPromptBytes = settings.integer("limits.max_prompt_bytes")
    maxLineBytes = settings.integer("limits.max_line_bytes")
    let jobs = settings.integer("limits.jobs")
    self.jobs = jobs == 0 ? max(1, Configuration.coreCount) : jobs
    queue = settings.integer("limits.queue")
    if maxPromptBytes > maxLineBytes {
      throw .conflict(
        key: "limits.max_prompt_bytes", other: "limits.max_line_bytes",
        origin: settings.origin("limits.max_prompt_bytes"), advice: "a prompt is part of a line, raise the second too")
    }
  }
}
