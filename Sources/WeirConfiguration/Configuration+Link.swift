import WeirDomain

extension Configuration {
  /// What is done when no remote answers.
  package enum OutageMeasure: String, Sendable, Hashable, CaseIterable {
    case smaller, stale, local, `defer`, error
  }

  /// The way to remote models.
  package struct Link: Sendable, Hashable {
    package var isMetered: Bool
    package var meteredHours: [Hours]
    /// Bytes a calendar month; nil is no cap.
    package var dataCap: Int?
    package var slowAfterSeconds: Int
    /// Retries for each request, 0...1.
    package var retryShare: Double
    /// Nil never hedges.
    package var hedgePercentile: Double?
    package var upgrades: Bool
    package var deferredPerMinute: Int
    /// Where answers to deferred prompts are posted.
    package var webhook: String?
    /// The environment variable with the secret that signs them.
    package var webhookKeyVariable: String?

    /// Hours of a day, `end` excluded; over midnight where the end is not after the beginning.
    package struct Hours: Sendable, Hashable {
      /// Minutes since midnight.
      package var begin: Int
      package var end: Int

      package func contains(minute: Int) -> Bool {
        begin < end ? (begin..<end).contains(minute) : minute >= begin || minute < end
      }
    }

    /// `minute` of the local day, 0..<1440.
    package func isMetered(atMinute minute: Int) -> Bool {
      isMetered || meteredHours.contains { $0.contains(minute: minute) }
    }
  }
}

extension Configuration.Routing {
  static func outage(
    _ settings: TypedSettings, else offline: Configuration.WhenOffline
  ) throws(ConfigurationFailure) -> [Configuration.OutageMeasure] {
    let key = "routing.outage"
    let typed = settings.texts(key)
    guard !typed.isEmpty else {
      return switch offline {
      case .defer: [.smaller, .stale, .defer]
      case .local: [.smaller, .stale, .local, .error]
      case .error: [.smaller, .stale, .error]
      }
    }
    if settings.origin("routing.when_offline") != .builtIn, offline != .defer || typed.last != "defer" {
      throw .conflict(
        key: key, other: "routing.when_offline", origin: settings.origin(key), advice: "remove when_offline")
    }
    var measures: [Configuration.OutageMeasure] = []
    for name in typed {
      guard let measure = Configuration.OutageMeasure(rawValue: name), !measures.contains(measure) else {
        throw .outOfRange(
          key: key, origin: settings.origin(key), found: TypedValue.text(name).literal,
          allowed: "a list of \"smaller\", \"stale\", \"local\", \"defer\", \"error\", each at most once")
      }
      measures.append(measure)
    }
    if let end = measures.firstIndex(where: { $0 == .defer || $0 == .error }), end < measures.count - 1 {
      throw .outOfRange(
        key: key, origin: settings.origin(key), found: TypedValue.text(measures[end].rawValue).literal,
        allowed: "\"defer\" or \"error\" at the end only: nothing comes after it")
    }
    return measures
  }
}

extension Configuration.Link {
  init(_ settings: TypedSettings) throws(ConfigurationFailure) {
    isMetered = settings.boolean("link.metered")
    meteredHours = []
    for text in settings.texts("link.metered_hours") {
      guard let hours = Hours(text) else {
        throw .outOfRange(
          key: "link.metered_hours", origin: settings.origin("link.metered_hours"),
          found: TypedValue.text(text).literal, allowed: "a list of hours such as \"08:00-18:00\"")
      }
      meteredHours.append(hours)
    }
    let cap = settings.integer("link.data_cap")
    dataCap = cap == 0 ? nil : cap
    slowAfterSeconds = settings.integer("link.slow_after")
    retryShare = settings.decimal("link.retry_share")
    let percentile = settings.decimal("link.hedge_percentile")
    hedgePercentile = percentile == 0 ? nil : percentile
    upgrades = settings.boolean("link.upgrade")
    deferredPerMinute = settings.integer("link.deferred_per_minute")
    webhook = settings.optionalText("link.webhook")
    webhookKeyVariable = settings.optionalText("link.webhook_key_env")
    try checkWebhook(settings)
  }

  /// The address is not echoed: people paste keys into it.
  private func checkWebhook(_ settings: TypedSettings) throws(ConfigurationFailure) {
    if let webhook {
      let scheme = ["https://", "http://"].first { webhook.lowercased().hasPrefix($0) }
      let rest = webhook.dropFirst(scheme?.count ?? 0)
      let isPlain = webhook.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F }
      guard scheme != nil, isPlain, !rest.isEmpty, !rest.hasPrefix("/"),
        !rest.prefix(while: { $0 != "/" }).contains("@")
      else {
        throw .outOfRange(
          key: "link.webhook", origin: settings.origin("link.webhook"), found: "an address of another kind",
          allowed: "https:// or http:// with a host, and no user name")
      }
    } else if webhookKeyVariable != nil {
      throw .missingKey(
        key: "link.webhook", origin: settings.origin("link.webhook_key_env"),
        advice: "link.webhook_key_env signs what is posted there")
    }
    if let name = webhookKeyVariable {
      let isName =
        name.utf8.count <= 100 && name.first?.isNumber == false
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard isName else {
        throw .inlineSecret(key: "link.webhook_key_env", origin: settings.origin("link.webhook_key_env"))
      }
    }
  }
}

extension Configuration.Link.Hours {
  /// `08:00-18:00`
  init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(Self.minute)
    guard ends.count == 2, let begin = ends[0], let end = ends[1], begin != end else { return nil }
    self.init(begin: begin, end: end)
  }

  private static func minute(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2,
      parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24 || (hour == 24 && minute == 0), minute < 60
    else { return nil }
    return hour * 60 + minute
  }
}
