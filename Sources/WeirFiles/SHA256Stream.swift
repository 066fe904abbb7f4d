import Crypto

/// SHA-256 of bytes that come piece by piece.
package struct SHA256Stream: Sendable {
  private var hash = SHA256()

  package init() {}

  package mutating func append(_ bytes: [UInt8]) { hash.update(data: bytes) }

  package mutating func append(_ region: ByteRegion) {
    unsafe region.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
  }

  /// Of all bytes so far.
  package var digest: SHA256Digest { SHA256Digest(hash.finalize()) }
}
