/// Digests that were computed before, by the identity of what they are of, so that large files are not read at every
/// start.
///
/// It may lose entries at any time: a digest that is not there is computed again. Whoever can write the file can make a
/// changed model pass for the known one; it therefore lies in a folder of this user alone, beside the database.
package struct DigestMemory: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    var key: String
    var digest: String
  }

  /// The latest last.
  private var entries: [Entry] = []

  /// More files than one node has models.
  static let most = 64
  static let longestKey = 256
  private static let heading = "weir digests 1"

  package init() {}

  /// Reads the lines that `text` wrote; others are left out, and a text of another version is empty.
  package init(parsing text: String) {
    let lines = text.split(separator: "\n")
    guard lines.first.map({ String($0) }) == Self.heading else { return }
    for line in lines.dropFirst().suffix(Self.most) {
      let words = line.split(separator: " ", omittingEmptySubsequences: false)
      guard words.count == 2, SHA256Digest.normalizedHex(String(words[0])) == String(words[0]) else { continue }
      remember(String(words[0]), for: String(words[1]))
    }
  }

  package var text: String {
    ([Self.heading] + entries.map { "\($0.digest) \($0.key)" }).joined(separator: "\n") + "\n"
  }

  package func digest(for key: String) -> String? { entries.last { $0.key == key }?.digest }

  /// Keys are words without spaces; the oldest entry makes room.
  package mutating func remember(_ digest: String, for key: String) {
    guard !key.isEmpty, key.utf8.count <= Self.longestKey, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      return
    }
    entries.removeAll { $0.key == key }
    entries.append(Entry(key: key, digest: digest))
    if entries.count > Self.most { entries.removeFirst(entries.count - Self.most) }
  }

  // MARK: On disk

  /// What the file at `path` remembers: nothing where it is missing or damaged.
  package init(path: String) {
    let bytes = (try? FileSnapshot(path: path, maximumBytes: 1 << 20))?.bytes ?? []
    self.init(parsing: String(validating: bytes, as: UTF8.self) ?? "")
  }

  /// Adds entries to the file at `path`; what another process writes at the same moment may be lost.
  package static func add(_ added: [(key: String, digest: String)], to path: String) throws(FileFailure) {
    var memory = DigestMemory(path: path)
    for (key, digest) in added { memory.remember(digest, for: key) }
    try AtomicFile.write(Array(memory.text.utf8), to: path)
  }
}
