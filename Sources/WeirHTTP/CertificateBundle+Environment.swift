import Glibc

extension CertificateBundle {
  /// `locate` with this process's environment and file system.
  package static func inEnvironment(configured: String?) -> CertificateBundle {
    locate(
      configured: configured,
      environment: { name in
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
      },
      exists: { path in unsafe access(path, R_OK) == 0 })
  }
}
