package import WeirConfiguration
package import WeirRouting
package import WeirStore
internal import WeirCache
internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles
internal import WeirGenerator
internal import WeirGrammar
internal import WeirHTTP
internal import WeirLedger
internal import WeirModelFiles
internal import WeirProviders
package import WeirRetrieval
internal import WeirReview

/// One host's parts, put together.
package struct Node: Sendable {
  package let configuration: Configuration
  package let clock: NodeClock
  package let router: Router
  package let store: Store
  let client: HTTPClient?
  private let cache: ResponseCache?
  private let link: NodeLink?

  /// Checks and opens everything before the first prompt is read; throws the first thing that is wrong.
  ///
  /// `environment` is where providers' keys may be; `onProgress` hears of documents that are read first.
  package static func open(
    _ configuration: Configuration, environment: [String: String], clock: NodeClock = .system,
    onProgress: (IndexProgress) -> Void = { _ in }
  ) throws -> Node {
    let bundle = try ModelBundle(configuration)
    let encoder = try bundle.openEncoder()
    let intents = try bundle.intents.open()
    let classifier = try IntentClassifier(from: intents, encoderFingerprint: encoder.fingerprint)
    let formats = GrammarLibrary()
    let local = try generator(of: bundle, configuration, formats)
    let prices = try PriceList.assembled(configuration, at: clock.wall())
    let client = configuration.providers.isEmpty ? nil : try HTTPClient()
    let link = try client.map { try NodeLink(configuration, client: $0, clock: clock) }
    let remotes = try client.map {
      try RemoteRoutes.assembled(
        configuration, prices: prices, client: $0, link: link?.gate, environment: environment, at: clock.wall())
    }
    let store = try openStore(configuration)
    if let meter = link?.meter { try store.read { try meter.load(at: clock.wall(), in: $0) } }
    let cache = try openCache(
      configuration, store: store, encoder: encoder,
      verifier: bundle.openVerifier(encoderFingerprint: encoder.fingerprint), localModel: local?.model, at: clock.wall()
    )
    let grounding = try openGrounding(
      configuration, store: store, encoder: encoder, local: local, hasRemote: remotes != nil, at: clock.wall(),
      onProgress: onProgress)
    let routing = configuration.routing
    let policy = try RoutePolicy.assembled(
      routing, intents: Set(classifier.intents), options: remotes?.options ?? [])
    var settings = RouterSettings(
      maxPromptBytes: configuration.limits.maxPromptBytes, whenUnanswered: .init(routing.outage),
      compressor: PromptCompressor(configuration.compression),
      complexity: ComplexitySettings(configuration.complexity))
    settings.upgradesLater = configuration.link.upgrades
    var parts = Router.Parts(
      encoder: encoder, classifier: classifier, cache: cache, local: local,
      templates: try AnswerTemplates.assembled(configuration.templates, intents: classifier.intents),
      remotes: remotes ?? RemoteRoutes(),
      store: store, prices: prices, policy: policy,
      sampler: configuration.review.enabled
        ? ReviewSampler(uncertain: routing.reviewProbability, audit: routing.auditProbability) : nil,
      settings: settings, clock: clock, grounding: grounding, formats: formats)
    parts.budget = try BudgetOperation(configuration, policy: policy, intents: intents, environment: environment)
    try parts.budget.keeper?.refresh(from: store, at: clock.wall())
    parts.link = link?.meter
    return Node(
      configuration: configuration, clock: clock, router: Router(parts), store: store, client: client, cache: cache,
      link: link)
  }

  /// Why the cache's index on disk is not used, and what to do about it; nil where it is, or where there is none.
  package var indexNotice: String? { cache?.indexNotice }

  /// Prompts of the durable queue that nobody is answering now.
  package func waitingPrompts() throws -> Int {
    try store.read { try DeferredQueue.counts(at: clock.wall(), in: $0).waiting }
  }

  /// Looks for the link's return whenever it is down, until the task is cancelled; nothing without remote models.
  package func watchLink() async { await link?.watch.run() }

  /// Has the link looked for where a prompt of the queue is due: probes that cost money are sent only where it is wanted.
  package func wantLink() throws {
    guard let link, let due = try store.read({ try DeferredQueue.nextDue(in: $0) }), due <= clock.wall() else { return }
    link.gate.want()
  }

  /// What is known of the link now; nil without remote models.
  package var linkFacts: LinkFacts? { link?.meter.facts(at: clock.wall()) }

  /// Opens the database of a node that has routed before, for commands that only look.
  package static func openExistingStore(_ configuration: Configuration) throws -> Store {
    let path = configuration.node.state + "/weir.sqlite"
    do throws(FileFailure) {
      _ = try ByteRegion(path: path)
    } catch .missing {
      throw StartFailure.noState(path: path)
    } catch {
      // The store says what else is wrong with it.
    }
    do throws(StoreFailure) {
      return try Store.open(path: path, migrations: migrations)
    } catch .readOnly {
      // What only looks can do so on a file system that cannot be written.
      return try Store.openReadOnly(path: path, migrations: migrations)
    }
  }

  /// Opens the database alone, and creates it where there is none.
  package static func openStore(_ configuration: Configuration) throws -> Store {
    try Store.open(path: configuration.node.state + "/weir.sqlite", migrations: migrations)
  }

  private static let migrations =
    Ledger.migrations + ReviewQueue.migrations + ResponseCache.migrations + DeferredQueue.migrations
    + DocumentTables.migrations + LinkUsage.migrations + BudgetLog.migrations + BackgroundQueue.migrations
    + ShadowLog.migrations

  /// Ends connections and closes the index and the database.
  package func close() async throws {
    router.finishBudget()
    await client?.shutdown()
    if let meter = link?.meter { try meter.settle(at: clock.wall(), to: store) }
    cache?.close()
    try store.close()
  }

  private static func openCache(
    _ configuration: Configuration, store: Store, encoder: Encoder, verifier: HitVerifier?, localModel: String?,
    at now: Timestamp
  ) throws -> ResponseCache? {
    guard configuration.cache.enabled else { return nil }
    var settings = CacheConfiguration(configuration.cache)
    settings.localModel = localModel
    return try ResponseCache.open(
      store: store, configuration: settings,
      encoder: configuration.cache.semantic
        ? .init(fingerprint: encoder.fingerprint, dimension: encoder.shape.width) : nil,
      verifier: verifier, indexPath: configuration.node.state + "/index.weir", at: now)
  }

  private static func generator(
    of bundle: ModelBundle, _ configuration: Configuration, _ formats: GrammarLibrary
  ) throws -> GeneratorAnswerer? {
    guard configuration.generator.enabled,
      let (generator, name, readsSlots) = try bundle.openGenerator(
        contextLimit: configuration.generator.context ?? 4096,
        execution: { try GeneratorExecution(configuration, identity: $0) })
    else { return nil }
    var probe = generator.probe
    if let least = configuration.generator.minMeanLogprob { probe.leastMeanLogProbability = least }
    if let least = configuration.generator.minAcceptance { probe.acceptance?.leastProbability = least }
    return GeneratorAnswerer(
      model: name, generator: generator,
      settings: .init(
        maxTokens: configuration.generator.maxTokens, temperature: configuration.generator.temperature,
        template: try template(configuration.models.chatTemplate),
        isToldTheIntent: bundle.generator?.origin != .configured, readsSlots: readsSlots),
      probe: probe, formats: formats)
  }

  private static func template(_ name: String) throws -> ChatTemplateFamily? {
    guard name != "auto" else { return nil }
    guard let family = ChatTemplateFamily(rawValue: name) else {
      throw StartFailure.badChatTemplate(found: name, allowed: ChatTemplateFamily.names)
    }
    return family
  }
}
