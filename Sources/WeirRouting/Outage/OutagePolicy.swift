package import WeirDomain

/// What becomes of a prompt that should be answered by a remote model and is not: measures in the operator's order.
///
/// The one place that decides it. The first model that is asked, and abler ones, are no measure: they come first.
package struct OutagePolicy: Sendable, Hashable {
  package enum Measure: String, Sendable, Hashable, CaseIterable {
    /// Cheaper remote tiers than the one that was wanted.
    case smaller
    /// An expired answer of the cache, marked as such.
    case stale
    /// This host's answer although its confidence is too low.
    case local
    /// The durable queue.
    case `defer`
    /// An error.
    case error
  }

  /// What is known when nobody has answered.
  package struct Situation: Sendable, Hashable {
    /// Stopped by the caller, or nothing that a remote model could be sent.
    package var isStopped: Bool
    /// Whether a remote may answer later: refusals stay refusals.
    package var mayWait: Bool
    /// The prompt may not leave this host: nobody was to be asked.
    package var staysHere: Bool
    /// Whether an answer that comes much later is of use.
    package var mayDefer: Bool
    /// The answer is for the cache alone: only a proper one will do.
    package var isUpgrade: Bool

    package init(
      isStopped: Bool, mayWait: Bool, staysHere: Bool = false, mayDefer: Bool = true, isUpgrade: Bool = false
    ) {
      self.mayDefer = mayDefer
      self.isStopped = isStopped
      self.mayWait = mayWait
      self.staysHere = staysHere
      self.isUpgrade = isUpgrade
    }
  }

  /// In the order in which they are tried; what is not named is not done.
  package var measures: [Measure]

  package init(_ measures: [Measure]) {
    self.measures = measures
  }

  package static let keepForLater = OutagePolicy([.smaller, .stale, .defer])
  package static let answerLocally = OutagePolicy([.smaller, .stale, .local, .error])
  package static let fail = OutagePolicy([.smaller, .stale, .error])

  /// What is tried in turn until one gives an answer; the last one is always `defer` or `error`, and always ends it.
  package func measures(for situation: Situation) -> [Measure] {
    guard !situation.isStopped else { return [.error] }
    var chosen: [Measure] = []
    for measure in measures where !chosen.contains(measure) {
      switch measure {
      case .smaller: if !situation.staysHere { chosen.append(measure) }
      case .stale, .local:
        if situation.mayWait || situation.staysHere, !situation.isUpgrade { chosen.append(measure) }
      case .defer: if situation.mayWait, situation.mayDefer, !situation.staysHere { return chosen + [.defer] }
      case .error: return chosen + [.error]
      }
    }
    return chosen + [.error]
  }

  /// The steps that come before any measure, and those of `smaller`.
  ///
  /// Where `smaller` is the first measure, nothing comes between them, and all steps stay together.
  /// What is smaller is so against the `preferred` tier, else against the first one that is asked.
  package func split(
    _ steps: [RoutePlan.Step], preferred: Tier? = nil
  ) -> (first: [RoutePlan.Step], smaller: [RoutePlan.Step]) {
    if measures.first == .smaller { return (steps, []) }
    guard let wanted = preferred?.remoteRank ?? steps.firstNonNil(\.remoteRank) else { return (steps, []) }
    var first: [RoutePlan.Step] = []
    var smaller: [RoutePlan.Step] = []
    for step in steps {
      if let rank = step.remoteRank, rank < wanted { smaller.append(step) } else { first.append(step) }
    }
    return (first, measures.contains(.smaller) ? smaller : [])
  }
}

extension RoutePlan.Step {
  /// 0 for economy up to 2 for premium; nil for what is not one remote tier.
  fileprivate var remoteRank: Int? {
    guard case .remote(let tier, _) = self else { return nil }
    return tier.remoteRank
  }
}

extension Tier {
  fileprivate var remoteRank: Int? {
    switch self {
    case .economy: 0
    case .standard: 1
    case .premium: 2
    default: nil
    }
  }
}

extension Array {
  fileprivate func firstNonNil<Value>(_ value: (Element) -> Value?) -> Value? {
    for element in self {
      if let found = value(element) { return found }
    }
    return nil
  }
}
