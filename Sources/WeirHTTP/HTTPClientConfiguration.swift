/// What all requests of a client share.
package struct HTTPClientConfiguration: Sendable {
  /// Idle connections kept open for the next request, over all servers.
  package var pooledConnections: Int
  package var trust: CertificateBundle
  /// `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, as curl reads them.
  package var usesEnvironmentProxy: Bool

  package init(
    pooledConnections: Int = 32, trust: CertificateBundle = .inEnvironment(configured: nil),
    usesEnvironmentProxy: Bool = true
  ) {
    self.pooledConnections = pooledConnections
    self.trust = trust
    self.usesEnvironmentProxy = usesEnvironmentProxy
  }
}
