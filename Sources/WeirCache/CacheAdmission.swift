package import WeirDomain

/// Who may be served the answer of a request, from its text and settings alone.
package struct CacheAdmission: Sendable, Hashable {
  package enum Scope: Sendable, Hashable {
    /// Everybody of the tenant who sends the same request.
    case tenant
    /// Only this user.
    case user(String)
    /// Nobody: the answer is one person's own and it is not known whose, or is of a kind that is not kept.
    case nobody
  }

  /// Why the semantic tier leaves a request alone, and the exact tier too unless the operator admits the first three.
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// The answer depends on when it is asked.
    case temporal
    /// The answer depends on who asks.
    case personal
    /// It asks for variety: by its words, or by its temperature.
    case creative
    /// There is no user turn with text.
    case empty
    /// It has tools, images or fields that pass through: what is not read is not compared.
    case structured
    /// The prompt is longer than an encoder reads: what comes after its window would not be compared.
    case long
  }

  package let scope: Scope
  /// Nil when prompts of the same meaning may get the answer too.
  package let reason: Reason?

  package var isShared: Bool { reason == nil }

  /// Characters at either end of a long prompt that are read for signs of what it asks.
  private static let sample = 2_000

  /// Earlier turns of the user that are read: what is older has been answered long ago.
  private static let earlierTurns = 8

  /// What an earlier turn asked ("what is my balance?") is what a later one ("yes, please") is about, so that one
  /// personal or temporal turn makes the whole conversation so. `isPersonal` says that values of one person were found.
  package init(
    _ request: RouteRequest, _ canonical: CanonicalPrompt, _ configuration: CacheConfiguration, isPersonal: Bool = false
  ) {
    let prompt = canonical.lastUserTurn
    let isLong = prompt.utf8.count > configuration.longestSharedPrompt
    let words = CacheAdmission.words(of: prompt)
    let earlier = canonical.context.filter { $0.role == .user }.suffix(CacheAdmission.earlierTurns)
      .map { CacheAdmission.words(of: $0.content) }
    if words.isEmpty {
      (scope, reason) = (.tenant, .empty)
    } else if isPersonal || ([words] + earlier).contains(where: PersonalPrompt.matches) {
      let isKept = configuration.admitted.contains(.personal)
      (scope, reason) = (isKept ? request.user.map { .user($0) } ?? .nobody : .nobody, .personal)
    } else if ([words] + earlier).contains(where: TemporalPrompt.matches) {
      (scope, reason) = (configuration.admitted.contains(.temporal) ? .tenant : .nobody, .temporal)
    } else if CacheAdmission.asksForVariety(request.settings, words, configuration) {
      (scope, reason) = (configuration.admitted.contains(.creative) ? .tenant : .nobody, .creative)
    } else if !request.needs.isEmpty {
      (scope, reason) = (.tenant, .structured)
    } else if isLong {
      (scope, reason) = (.tenant, .long)
    } else {
      (scope, reason) = (.tenant, nil)
    }
  }

  /// Of a long text its beginning and its end.
  private static func words(of text: String) -> PromptWords {
    PromptWords(text.utf8.count > sample * 2 ? "\(text.prefix(sample)) \(text.suffix(sample))" : text)
  }

  private static func asksForVariety(
    _ settings: ModelSettings, _ words: PromptWords, _ configuration: CacheConfiguration
  ) -> Bool {
    (settings.temperature ?? 0) > configuration.maximumTemperature || CreativePrompt.matches(words)
  }
}

extension CacheAdmission.Reason {
  /// Kinds of requests that are not kept unless the operator admits them.
  package static let optional: [Self] = [.personal, .temporal, .creative]

  /// What is said of the request, for a sentence that goes on.
  package var text: String {
    switch self {
    case .temporal: "its answer depends on when it is asked"
    case .personal: "its answer is one person's own"
    case .creative: "it asks for variety"
    case .empty: "it has no words"
    case .structured: "it has tools, media or fields that are not compared"
    case .long: "it is longer than the encoder reads"
    }
  }
}
