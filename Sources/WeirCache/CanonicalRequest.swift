package import WeirDomain

/// A request in the form that the caches key on: all that an exact hit needs.
///
/// Whether an answer is one user's own follows from the request alone, and such answers are stored under keys that
/// name the user; what is kept only because the operator admits its kind has keys that name the kind. An answer under
/// `key` was therefore stored for everybody who sends this request, and may be served before anything else is found
/// out about it. Rules that make more requests personal must come with a new version
/// of `CacheKey`, so that what was stored under older rules is not met.
package struct CanonicalRequest: Sendable, Hashable {
  package let request: RouteRequest
  package let canonical: CanonicalPrompt
  /// Where the answer lies if it may be given to everybody in the space.
  package let key: CacheKey
  /// The request's own tenant, or what it shares with others.
  package let space: CacheSpace
  let configuration: CacheConfiguration
  let sources: String?

  /// False when the request bypasses the caches.
  package var isReadable: Bool { request.cache == .use }
  /// False when the answer is not to be stored.
  package var isWritable: Bool { request.cache != .off }

  /// The second look at what the key already says.
  func mayRead(entryOf tenant: String) -> Bool {
    tenant == request.tenant || (space == .shared && configuration.sharedSpace.contains(tenant))
  }

  /// `sources` is the version of what answers are made of besides the request (documents, the operator's constants);
  /// nil without any.
  package init(
    _ request: RouteRequest, _ configuration: CacheConfiguration = CacheConfiguration(), sources: String? = nil
  ) {
    self.request = request
    self.configuration = configuration
    self.sources = sources
    canonical = CanonicalPrompt(request.messages, foldingCase: configuration.foldsCase)
    space = configuration.sharedSpace.contains(request.tenant) ? .shared : .tenant(request.tenant)
    key = CacheKey(
      space: space, user: nil, settings: request.settings, messages: canonical.messages, sources: sources)
  }
}
