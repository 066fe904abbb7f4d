import Dispatch
import Synchronization
import WeirFiles
import WeirTensor

/// Keys and values of prompts' beginnings that came again, one file for 64 positions, so that a restart need not read a
/// long system message anew. What is not exactly as it was written is removed and counts as absent.
///
/// A file is 8 bytes of magic, the 32 bytes of its name's digest, the payload's SHA-256, and the payload. Files hold
/// what prompts say, in a form that can be read back: the folder must be as private as the state folder.
package final class PrefixFolder: Sendable {
  private let path: String
  /// Weights, adapters and everything else that changes keys and values.
  private let identity: String
  private let limit: Int
  /// Writes until the folder is looked through again; starting at none, so that the first write does.
  private let writesLeft = Mutex(0)

  private let queue = DispatchQueue(label: "weir.prefixes", qos: .utility)

  private static let magic: [UInt8] = Array("WEIRKV01".utf8)
  private static let headerBytes = 8 + 32 + 32
  private static let suffix = ".kv"

  /// - Parameters:
  ///   - path: an existing folder of this purpose alone.
  ///   - limit: in bytes of files; the oldest go first.
  package init(path: String, identity: String, limit: Int = 256 << 20) {
    self.path = path
    self.identity = identity
    self.limit = limit
  }

  /// The name of the last block of `tokens`.
  private func digest(_ tokens: ArraySlice<Int32>, _ shape: CacheShape) -> SHA256Digest {
    let head = "\(identity)\n\(shape.type.rawValue)\n\(shape.layers)x\(shape.heads)x\(shape.headWidth)\n"
    var bytes = Array(head.utf8)
    for token in tokens {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: token >> shift)) }
    }
    return SHA256Digest(of: bytes)
  }

  private func file(_ digest: SHA256Digest) -> String { path + "/" + digest.hex + Self.suffix }

  /// The keys and values of the last 64 of `tokens`; nil where they are not stored.
  func read(_ tokens: ArraySlice<Int32>, shape: CacheShape) -> KeyValueBlock? {
    let digest = digest(tokens, shape)
    let name = file(digest)
    guard let region = try? ByteRegion(path: name) else { return nil }
    let expected = Self.headerBytes + shape.blockBytes
    guard region.count == expected, region.array(in: 0..<8) == Self.magic, region.array(in: 8..<40) == digest.bytes,
      let payload = try? region.slice(at: Self.headerBytes, count: shape.blockBytes),
      SHA256Digest(of: payload).bytes == region.array(in: 40..<72)
    else {
      AtomicFile.remove(name)
      return nil
    }
    return payload.withSpan { KeyValueBlock($0, shape: shape) }
  }

  /// Stores the keys and values of the last 64 of `tokens` in the background, so that no answer waits for the disk, and
  /// says whether that went well. What cannot be stored is read again instead.
  func writeLater(
    _ block: KeyValueBlock, for tokens: ArraySlice<Int32>, shape: CacheShape, done: @escaping @Sendable (Bool) -> Void
  ) {
    queue.async { done(self.write(block, for: tokens, shape: shape)) }
  }

  /// Waits for what is being written.
  package func finish() { queue.sync {} }

  func write(_ block: KeyValueBlock, for tokens: ArraySlice<Int32>, shape: CacheShape) -> Bool {
    let payload = block.bytes
    let digest = digest(tokens, shape)
    let contents = Self.magic + digest.bytes + SHA256Digest(of: payload).bytes + payload
    guard contents.count <= limit else { return false }
    do {
      try makeRoom(for: contents.count)
      try AtomicFile.write(contents, to: file(digest))
      return true
    } catch {
      return false
    }
  }

  /// Removes the oldest files when the folder has grown beyond its limit.
  private func makeRoom(for bytes: Int) throws(FileFailure) {
    let isDue = writesLeft.withLock { left in
      left -= 1
      if left >= 0 { return false }
      left = max(limit / bytes / 8, 1)
      return true
    }
    guard isDue else { return }
    let names = try FolderListing(of: path, limit: 100_000).names
    // Left by a process that was killed; one that is being written now is written again at its next use.
    for name in names where name.hasSuffix(".tmp") { AtomicFile.remove(path + "/" + name) }
    var files = names.filter { $0.hasSuffix(Self.suffix) }.compactMap { name in
      (try? FileFacts(of: path + "/" + name)).map { (path: path + "/" + name, facts: $0) }
    }
    files.sort { $0.facts.modified < $1.facts.modified }
    var total = files.reduce(0) { $0 + $1.facts.size }
    for file in files where total + bytes > limit * 3 / 4 {
      AtomicFile.remove(file.path)
      total -= file.facts.size
    }
  }
}
