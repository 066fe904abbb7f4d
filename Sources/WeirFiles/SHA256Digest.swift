import Crypto

/// SHA-256 of bytes: the fingerprint of models, bundles and prompts.
package struct SHA256Digest: Hashable, Sendable {
  /// The 32 bytes.
  package let bytes: [UInt8]

  /// The digest of a region; 1 GB takes about half a second on CPUs with SHA instructions.
  ///
  /// A mapped file is let go of piece by piece, so that reading all of it does not fill this process's memory.
  package init(of region: ByteRegion) {
    var stream = SHA256Stream()
    let piece = 4 << 20
    for start in stride(from: 0, to: region.count, by: piece) {
      guard let part = try? region.slice(at: start, count: min(piece, region.count - start)) else { break }
      stream.append(part)
      if region.count > piece { part.releasePages() }
    }
    bytes = stream.digest.bytes
  }

  init(_ digest: SHA256.Digest) { bytes = Array(digest) }

  package init(of bytes: [UInt8]) { self.bytes = Array(SHA256.hash(data: bytes)) }

  /// The digest of a file's contents; an empty file has one, other failures are thrown.
  package init(ofFile path: String) throws(FileFailure) {
    do {
      self.init(of: try ByteRegion(path: path))
    } catch FileFailure.empty {
      self.init(of: [])
    }
  }

  /// Lower-case hexadecimal, 64 characters.
  package var hex: String {
    let digits: [UInt8] = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// 64 hexadecimal digits in lower case; nil for any other text.
  package static func normalizedHex(_ text: String) -> String? {
    let lowered = text.lowercased()
    return lowered.utf8.count == 64 && lowered.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) } ? lowered : nil
  }
}
