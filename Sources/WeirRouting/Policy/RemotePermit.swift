/// The right to ask a remote model for one request.
///
/// `RemoteRoutes` hands out nobody to ask without one, and only the policy grants one: what must stay on this host cannot
/// leave it by another way (a named model, a fallback, an audit, a background answer, the durable queue).
package struct RemotePermit: Sendable, Hashable {
  private init() {}

  /// Nil, with the reason, for what stays on this host.
  static func grant(_ ruling: RouteRuling, mode: RouteMode) -> (permit: RemotePermit?, reason: PolicyReason?) {
    if let rule = ruling.staysLocal { return (nil, .staysLocal(rule: rule)) }
    if mode == .never { return (nil, .neverRemote) }
    return (RemotePermit(), nil)
  }
}
