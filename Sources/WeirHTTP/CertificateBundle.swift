/// Where the trusted certificates are: a static binary cannot rely on the paths that its libcurl was built with.
package struct CertificateBundle: Sendable, Hashable {
  /// PEM bundle; nil leaves libcurl's own path.
  package var file: String?
  /// Folder of hashed certificates, besides the bundle.
  package var directory: String?

  package init(file: String? = nil, directory: String? = nil) {
    self.file = file
    self.directory = directory
  }

  /// Debian and Alpine, Fedora, openSUSE, OpenELEC, RHEL 7, FreeBSD and macOS, in this order.
  private static let usualFiles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
  ]

  /// The bundle that the configuration names, else SSL_CERT_FILE and SSL_CERT_DIR, else the first usual file there is.
  package static func locate(
    configured: String?, environment: (String) -> String?, exists: (String) -> Bool
  ) -> CertificateBundle {
    let directory = environment("SSL_CERT_DIR").flatMap { $0.isEmpty ? nil : $0 }
    if let configured { return CertificateBundle(file: configured, directory: directory) }
    if let named = environment("SSL_CERT_FILE"), !named.isEmpty {
      return CertificateBundle(file: named, directory: directory)
    }
    return CertificateBundle(file: usualFiles.first(where: exists), directory: directory)
  }
}
