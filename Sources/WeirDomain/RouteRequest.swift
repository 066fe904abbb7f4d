/// A prompt on its way through the router, with who asked it and how it may be answered.
package struct RouteRequest: Sendable, Hashable {
  package enum Priority: String, Sendable, Hashable, CaseIterable {
    case express, standard, batch
  }

  /// Whether the caches may answer (`use`), are bypassed (`off`), or are bypassed and then overwritten (`refresh`).
  package enum CachePolicy: String, Sendable, Hashable, CaseIterable {
    case use, off, refresh
  }

  /// The caller's own name of the request, or a ULID; answers carry it.
  package var id: String
  /// The whole conversation, oldest turn first; the last one is the user's.
  package var messages: [ChatMessage]
  package var tenant: String
  package var user: String?
  package var feature: String?
  package var experiment: String?
  package var priority: Priority
  package var settings: ModelSettings
  package var cache: CachePolicy
  package var cacheTerms: CacheTerms
  /// Milliseconds after which an answer is of no more use; nil where it has time.
  package var deadlineMilliseconds: Int?
  /// The most that remote models may cost for this request; nil where nobody says.
  package var maxCost: Money?

  package init(
    id: String, messages: [ChatMessage], tenant: String = "default", user: String? = nil, feature: String? = nil,
    experiment: String? = nil, priority: Priority = .standard, settings: ModelSettings = ModelSettings(),
    cache: CachePolicy = .use, cacheTerms: CacheTerms = CacheTerms()
  ) {
    self.id = id
    self.messages = messages
    self.tenant = tenant
    self.user = user
    self.feature = feature
    self.experiment = experiment
    self.priority = priority
    self.settings = settings
    self.cache = cache
    self.cacheTerms = cacheTerms
  }

  /// The text of the last user turn, which the encoder reads.
  package var prompt: String {
    messages.last { $0.role == .user }?.content ?? ""
  }
}
