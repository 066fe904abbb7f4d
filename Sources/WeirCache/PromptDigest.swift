internal import WeirFiles

/// A prompt within its partition, in 16 bytes: what is remembered of prompts without keeping their text.
///
/// The first half of SHA-256 over the partition's key and the canonical prompt. The same prompt in another partition
/// (tenant, settings, conversation) has another digest.
package struct PromptDigest: Sendable, Hashable {
  package let bytes: [UInt8]

  package init(partition: [UInt8], prompt: String) {
    bytes = Array(SHA256Digest(of: partition + Array(prompt.utf8)).bytes.prefix(16))
  }

  /// Bytes that were read back.
  init(bytes: [UInt8]) {
    self.bytes = bytes
  }
}
