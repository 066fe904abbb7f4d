package import WeirDomain

/// All that the caches need to know about a request, found out once and without state: what an exact hit does not need.
package struct CachePlan: Sendable, Hashable {
  package let tenant: String
  package let requestID: String
  /// Where the exact tier looks; nil when its answer may not be stored at all.
  package let key: CacheKey?
  /// Which stored prompts the semantic tier may compare with; nil when the answer must not be shared.
  package let partition: CacheKey?
  /// The last user turn in canonical form, which the guard reads.
  package let prompt: String
  package let admission: CacheAdmission
  /// What the request asks of the entry that its answer becomes.
  package let terms: CacheTerms
  /// False when the request bypasses the caches.
  package let isReadable: Bool
  /// False when the answer is not to be stored.
  package let isWritable: Bool

  /// True to be served answers whose time is over, as far as the operator allows it.
  package var acceptsStale = false
  /// Tenants whose entries a request of this one may be served.
  private let readable: Set<String>

  /// `isPersonal` says that values of one person were found in the prompt: its answer is not shared.
  package init(_ request: CanonicalRequest, isPersonal: Bool = false) {
    let canonical = request.canonical
    let settings = request.request.settings
    admission = CacheAdmission(request.request, canonical, request.configuration, isPersonal: isPersonal)
    tenant = request.request.tenant
    requestID = request.request.id
    terms = request.request.cacheTerms
    prompt = canonical.lastUserTurn
    switch admission.scope {
    case .tenant:
      // What is kept only while the operator admits its kind is not found once it no longer is.
      let kind = admission.reason.flatMap { CacheAdmission.Reason.optional.contains($0) ? $0 : nil }
      key =
        kind == nil
        ? request.key
        : CacheKey(
          space: request.space, user: nil, settings: settings, messages: canonical.messages,
          sources: request.sources, kind: kind)
    case .user(let user):
      // Users of two tenants may have the same name: what is one user's own is never shared between tenants.
      key = CacheKey(
        space: .tenant(tenant), user: user, settings: settings, messages: canonical.messages, sources: request.sources)
    case .nobody: key = nil
    }
    partition =
      admission.isShared
      ? CacheKey(
        space: request.space, settings: settings, context: canonical.context, sources: request.sources) : nil
    readable = request.space == .shared ? request.configuration.sharedSpace : [tenant]
    isReadable = request.isReadable
    isWritable = request.isWritable
  }

  /// For those who need both parts at once.
  package init(
    _ request: RouteRequest, _ configuration: CacheConfiguration = CacheConfiguration(), sources: String? = nil,
    isPersonal: Bool = false
  ) {
    self.init(CanonicalRequest(request, configuration, sources: sources), isPersonal: isPersonal)
  }

  /// The second look at what the partition's key already says.
  func mayRead(entryOf tenant: String) -> Bool { readable.contains(tenant) }
}
