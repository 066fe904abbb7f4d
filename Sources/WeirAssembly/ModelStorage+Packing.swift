internal import WeirEncoder
internal import WeirFiles
internal import FoundationEssentials
package import WeirModelFiles

/// Packed models: `packed/<fingerprint of the original>-<layout>.gguf`.
extension ModelStorage {
  var packedFolder: String { folder + "/packed" }
  private static let suffix = "-\(PackedLayout.identifier).gguf"
  /// Packed models that are kept; those that were made first go.
  private static let mostKept = 8
  /// Room that must be left on the disk.
  private static let reserve: UInt64 = 64 << 20
  /// How long another process is waited for that is packing.
  private static let patience = 30.0

  func packedPath(_ fingerprint: String) -> String { "\(packedFolder)/\(fingerprint)\(Self.suffix)" }

  /// The packed form of the model with this fingerprint, where it is there and sound.
  package func openPacked(_ fingerprint: String) -> GGUFFile? {
    guard let region = try? ByteRegion(path: packedPath(fingerprint)), let file = try? verified(region, isOurs: true),
      file.packed?.source == fingerprint
    else { return nil }
    return file
  }

  /// Opens a packed file; one that was not read whole before is read now and compared with its digests.
  ///
  /// Files in `packedFolder` are ours: they are put in place by rename or link when they are whole, and never written to.
  func verified(_ region: ByteRegion, isOurs: Bool = false) throws -> GGUFFile {
    let file = try GGUFFile(region)
    guard let packed = file.packed else { return file }
    let key = region.identity.map { "whole-" + $0.text }
    if let key, known(key) == packed.source { return file }
    // Before reading: what is written while it is read must show in the times.
    let start = now()
    try file.verifyPacked()
    if let key, isOurs || region.identity?.isSettled(at: start) == true { remember(packed.source, for: key) }
    return file
  }

  /// The packed form of `file`: from the folder, else made there now; nil where it stays as it is, for one of the
  /// reasons that notices give, because it is small, or because its packed form would not be read: what is wrong with a
  /// damaged one is said when it is opened as a model.
  func packed(_ file: GGUFFile) -> GGUFFile? {
    guard packs, file.packed == nil, file.region.count >= leastBytes else { return nil }
    let fingerprint = file.fingerprint
    if let known = openPacked(fingerprint) { return known }
    guard let plan = try? Self.plan(file) else { return nil }
    do {
      try makeFolder(packedFolder)
      let lock = try self.lock()
      defer { extendLifetime(lock) }
      // Who held the lock may have packed the same model.
      if let known = openPacked(fingerprint) { return known }
      return try write(file, plan, to: packedPath(fingerprint)) { done, total in
        if done == 0 { report(.packing(name: file.name, bytes: total)) }
      }
    } catch {
      report(.notKept(name: file.name, reason: StartFailure(describing: error).message))
      return nil
    }
  }

  /// Writes the packed form to `place`, in `packedFolder` or elsewhere, where the disk has room for it.
  ///
  /// `progress` hears bytes written, 0 first, and bytes of the whole file.
  func write(
    _ file: GGUFFile, _ plan: PackingPlan, to place: String, progress: (Int, Int) -> Void
  ) throws -> GGUFFile {
    let isOurs = AtomicFile.folder(of: place) == packedFolder
    let model = try PackedModel(file, plan: plan)
    try makeRoom(for: model.byteCount, at: place)
    progress(0, model.byteCount)
    try model.write(to: place) { progress($0, model.byteCount) }
    let region = try ByteRegion(path: place)
    // It was written a moment ago by this process: reading it back would only read the page cache.
    if isOurs, let identity = region.identity { remember(file.fingerprint, for: "whole-" + identity.text) }
    return try GGUFFile(region)
  }

  /// Removes what is old where `place` is ours, and throws where the disk has no room for that many bytes.
  private func makeRoom(for bytes: Int, at place: String) throws {
    let folder = AtomicFile.folder(of: place)
    if folder == packedFolder { removeOld(keeping: Self.mostKept - 1, besides: place) }
    guard try free(folder) >= UInt64(bytes) + Self.reserve else {
      throw FileFailure.noSpace(path: folder, operation: "write")
    }
  }

  /// How a model is packed; throws, with the reason, for files whose packed form nobody would read.
  static func plan(_ file: GGUFFile) throws -> PackingPlan {
    guard file.packed == nil else { throw StartFailure.alreadyPacked(path: file.name) }
    func refusal(_ reason: String) -> StartFailure { .notPacked(path: file.name, reason: reason) }
    if (try? file.string("general.type")) == "adapter" {
      throw refusal("it is an adapter, whose matrices are read as they are; pack the model that it changes")
    }
    switch try file.architecture {
    case "bert":
      throw refusal("an encoder's weights are rounded to 8 bits at each start, from the file as it is; use it so")
    case "weir-intents": throw refusal("it holds intents, which are read as they are; use it so")
    default: return try PackingPlan(file)
    }
  }

  /// The model of an encoder's folder in GGUF form, not packed: as it was converted before, else converted now and kept.
  ///
  /// Converting reads and quantizes every weight, 0.3 s for 90 MB; the folder's files, unchanged, stand for what came of
  /// them.
  func encoder(inFolder path: String) throws -> ByteRegion {
    guard packs, let key = identity(ofFolder: path) else { return try EncoderFolder.convert(path) }
    let place = packedPath(key)
    if let wanted = known(key), let region = try? ByteRegion(path: place), digest(of: region) == wanted {
      return region
    }
    let converted = try EncoderFolder.convert(path)
    guard converted.count >= leastBytes else { return converted }
    do {
      try makeFolder(packedFolder)
      let lock = try self.lock()
      defer { extendLifetime(lock) }
      try makeRoom(for: converted.count, at: place)
      let file = try NewFile(target: place)
      try file.append(converted.array)
      try file.publish()
      remember(SHA256Digest(of: converted).hex, for: key)
    } catch {
      report(.notKept(name: path, reason: StartFailure(describing: error).message))
    }
    return converted
  }

  /// A digest over the identities of the files in a folder and in its own folders; nil for one too large to be a model,
  /// and while times in it are still moving.
  private func identity(ofFolder path: String) -> String? {
    let start = now()
    func line(_ name: String) -> String? {
      guard let identity = try? FileIdentity(of: "\(path)/\(name)"), identity.isSettled(at: start) else { return nil }
      return "\(name) \(identity.text)"
    }
    guard let names = try? FolderListing(of: path, limit: 1000).names else { return nil }
    var lines = ["encoder folder 2"]
    for name in names {
      let inner = (try? FolderListing(of: "\(path)/\(name)", limit: 1000).names) ?? []
      for name in [name] + inner.map({ "\(name)/\($0)" }) {
        guard let line = line(name) else { return nil }
        lines.append(line)
      }
    }
    return "folder-" + SHA256Digest(of: Array(lines.joined(separator: "\n").utf8)).hex
  }

  /// Waits for another process for some time.
  func lock() throws -> FileLock {
    let end = SystemClock.monotonicNanoseconds + Int64(Self.patience * 1e9)
    while true {
      do throws(FileFailure) {
        return try FileLock(path: packedFolder + "/lock")
      } catch {
        guard case .locked = error, SystemClock.monotonicNanoseconds < end else { throw error }
      }
      Pause.milliseconds(20)
    }
  }

  /// Removes files of other layouts and all but the `keeping` latest of this one; the file at `place` does not count.
  private func removeOld(keeping: Int, besides place: String) {
    guard let names = try? FolderListing(of: packedFolder, limit: 1000).names else { return }
    var current: [(modified: Int64, path: String)] = []
    for name in names where name.hasSuffix(".gguf") || name.hasSuffix(".tmp") {
      let path = packedFolder + "/" + name
      if path == place { continue }
      if name.hasSuffix(Self.suffix), let facts = try? FileFacts(of: path) {
        current.append((facts.modified, path))
      } else {
        AtomicFile.remove(path)
      }
    }
    current.sort { $0.modified > $1.modified }
    for old in current.dropFirst(keeping) { AtomicFile.remove(old.path) }
  }
}
