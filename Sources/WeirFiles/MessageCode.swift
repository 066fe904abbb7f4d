import Crypto

/// HMAC with SHA-256 (RFC 2104): proof that who sent a message holds a secret.
package enum MessageCode {
  /// The 32 bytes of the code of `message`.
  package static func sha256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }
}
