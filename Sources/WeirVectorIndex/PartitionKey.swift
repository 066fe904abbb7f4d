/// What names a partition: 32 bytes, usually a digest of what its vectors have in common.
package struct PartitionKey: Sendable, Hashable {
  package let words: (UInt64, UInt64, UInt64, UInt64)

  /// At most 32 bytes; shorter names are filled up with zeros.
  package init(_ bytes: some Collection<UInt8>) {
    precondition(bytes.count <= 32, "a partition is named by at most 32 bytes, found \(bytes.count)")
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() { words[index / 8] |= UInt64(byte) << UInt64(index % 8 * 8) }
    self.words = (words[0], words[1], words[2], words[3])
  }

  init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  package static func == (left: PartitionKey, right: PartitionKey) -> Bool { left.words == right.words }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}
