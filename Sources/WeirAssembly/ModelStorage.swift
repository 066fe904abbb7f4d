package import WeirConfiguration
package import WeirFiles
internal import FoundationEssentials
internal import WeirDomain

/// What a node keeps about its models in `models/` of the state folder: digests of files that were read once, and models
/// packed for the kernels.
///
/// Trust: the folder belongs to this user alone (mode 0700), like the database beside it. A file whose device, inode,
/// size and times are those of a file that was read whole before is taken for that file; any other is read whole and
/// compared with its digests first. `weir doctor` and `weir models verify` always read everything.
package struct ModelStorage: Sendable {
  /// What is said while models are opened.
  package enum Notice: Sendable, Hashable {
    /// A model is packed now: that happens once, and takes about a second for 500 MB.
    case packing(name: String, bytes: Int)
    /// Its weights stay in memory, and it is packed again at the next start.
    case notKept(name: String, reason: String)
  }

  /// `models` in the state folder; made when something is written.
  package let folder: String
  /// Whether models are packed without being asked.
  package let packs: Bool
  /// Smaller models are packed into memory at every start: that takes less than 10 ms.
  package let leastBytes: Int
  let report: @Sendable (Notice) -> Void
  /// Nanoseconds since 1970.
  let now: @Sendable () -> Int64
  /// Bytes that may still be written in a folder.
  let free: @Sendable (String) throws -> UInt64

  package init(
    folder: String, packs: Bool = true, leastBytes: Int = 16 << 20,
    now: @escaping @Sendable () -> Int64 = { SystemClock.utcMilliseconds * 1_000_000 },
    free: @escaping @Sendable (String) throws -> UInt64 = { try DiskSpace.free(at: $0) },
    report: @escaping @Sendable (Notice) -> Void = { _ in }
  ) {
    self.folder = folder
    self.packs = packs
    self.leastBytes = leastBytes
    self.now = now
    self.free = free
    self.report = report
  }

  package init(
    _ configuration: Configuration, report: @escaping @Sendable (Notice) -> Void = ModelStorage.onStandardError
  ) {
    self.init(folder: configuration.node.state + "/models", packs: configuration.models.pack, report: report)
  }

  /// One line a notice; that a model is being packed is said on a terminal only.
  package static let onStandardError: @Sendable (Notice) -> Void = { notice in
    let output = OutputFile(descriptor: 2, name: "standard error")
    switch notice {
    case .packing(let name, let bytes):
      guard output.isTerminal else { return }
      _ = try? output.write("weir: packing \(name) for faster starts, once (\(bytes >> 20) MiB)\n")
    case .notKept(let name, let reason):
      _ = try? output.write("weir: \(name) is packed in memory: \(reason)\n")
    }
  }

  private var digests: String { folder + "/digests" }

  /// SHA-256 in hexadecimal of a whole file: remembered, else computed and remembered.
  package func digest(of region: ByteRegion) -> String {
    guard let identity = region.identity else { return SHA256Digest(of: region).hex }
    let key = "file-" + identity.text
    if let known = DigestMemory(path: digests).digest(for: key) { return known }
    // Before reading: what is written while it is read must show in the times.
    let start = now()
    let digest = SHA256Digest(of: region).hex
    // Times that are still moving say nothing; and a small file is read as fast as its digest.
    if identity.isSettled(at: start), region.count >= leastBytes || exists(folder) { remember(digest, for: key) }
    return digest
  }

  func known(_ key: String) -> String? { DigestMemory(path: digests).digest(for: key) }

  /// Failing to remember costs time at the next start, no more.
  func remember(_ digest: String, for key: String) {
    guard (try? makeFolder(folder)) != nil else { return }
    try? DigestMemory.add([(key: key, digest: digest)], to: digests)
  }

  func makeFolder(_ path: String) throws {
    if exists(path) { return }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw StartFailure.cannotCreate(path: path)
    }
  }

  private func exists(_ path: String) -> Bool { (try? FileFacts(of: path, followsLinks: true))?.kind == .folder }
}
