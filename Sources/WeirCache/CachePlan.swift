package import WeirDomain

/// All that the caches need to know about a request, found out once and without state.
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
  /// False when the request bypasses the caches.
  package let isReadable: Bool
  /// False when the answer is not to be stored.
  package let isWritable: Bool

  /// `sources` is the version of what answers are made of besides the request (documents, the operator's constants);
  /// nil without any. `isPersonal`
  /// says that values of one person were found in the prompt: its answer is not shared.
  package init(
    _ request: RouteRequest, _ configuration: CacheConfiguration = CacheConfiguration(), sources: String? = nil,
    isPersonal: Bool = false
  ) {
    let canonical = CanonicalPrompt(request.messages, foldingCase: configuration.foldsCase)
    admission = CacheAdmission(request, canonical, configuration, isPersonal: isPersonal)
    tenant = request.tenant
    requestID = request.id
    prompt = canonical.lastUserTurn
    switch admission.scope {
    case .tenant:
      key = CacheKey(
        tenant: request.tenant, user: nil, settings: request.settings, messages: canonical.messages,
        sources: sources)
    case .user(let user):
      key = CacheKey(
        tenant: request.tenant, user: user, settings: request.settings, messages: canonical.messages,
        sources: sources)
    case .nobody:
      key = nil
    }
    partition =
      admission.isShared
      ? CacheKey(
        tenant: request.tenant, settings: request.settings, context: canonical.context, sources: sources) : nil
    isReadable = request.cache == .use
    isWritable = request.cache != .off
  }
}
