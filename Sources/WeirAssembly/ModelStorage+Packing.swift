internal import WeirEncoder
package import WeirFiles
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
    guard let region = try? ByteRegion(path: packedPath(fingerprint)), let file = try? verified(region),
      file.packed?.source == fingerprint
    else { return nil }
    return file
  }

  /// Opens a packed file; one that was not read whole before is read now and compared with its digests.
  package func verified(_ region: ByteRegion) throws -> GGUFFile {
    let file = try GGUFFile(region)
    guard let packed = file.packed else { return file }
    let key = region.identity.map { "whole-" + $0.text }
    if let key, known(key) == packed.source { return file }
    try file.verifyPacked()
    // Its writer has put it in place by rename: times of a packed file do not move.
    if let key { remember(packed.source, for: key) }
    return file
  }

  /// The packed form of `file`: from the folder, else made there now; nil where it stays as it is, for one of the
  /// reasons that notices give, or because it is small.
  func packed(_ file: GGUFFile) -> GGUFFile? {
    guard packs, file.packed == nil, file.region.count >= leastBytes else { return nil }
    let fingerprint = file.fingerprint
    if let known = openPacked(fingerprint) { return known }
    do {
      guard let plan = try Self.plan(file) else { return nil }
      try makeFolder(packedFolder)
      let lock = try self.lock()
      defer { extendLifetime(lock) }
      // Who held the lock may have packed the same model.
      if let known = openPacked(fingerprint) { return known }
      let model = try PackedModel(file, plan: plan)
      let free = try DiskSpace.free(at: packedFolder)
      guard free >= UInt64(model.byteCount) + Self.reserve else {
        throw FileFailure.noSpace(path: packedFolder, operation: "write")
      }
      report(.packing(name: file.name, bytes: model.byteCount))
      removeOld(keeping: Self.mostKept - 1)
      try model.write(to: packedPath(fingerprint))
      let region = try ByteRegion(path: packedPath(fingerprint))
      // It was written a moment ago by this process: reading it back would only read the page cache.
      if let identity = region.identity { remember(fingerprint, for: "whole-" + identity.text) }
      return try GGUFFile(region)
    } catch {
      report(.notKept(name: file.name, reason: StartFailure(describing: error).message))
      return nil
    }
  }

  /// How a model is packed; nil for files that hold no matrices worth it, and for those that cannot be packed: what is
  /// wrong with them is said when they are opened as a model.
  package static func plan(_ file: GGUFFile) throws -> PackingPlan? {
    if (try? file.string("general.type")) == "adapter" { return nil }
    switch try? file.architecture {
    case nil, "weir-intents": return nil
    case "bert": return try? EncoderPacking.plan(file)
    default: return try? PackingPlan(file)
    }
  }

  /// The model of an encoder's folder in the form that is kept, or as it was converted.
  ///
  /// Converting reads and quantizes every weight; the folder's files, unchanged, stand for what came of them.
  func encoder(inFolder path: String) throws -> ByteRegion {
    let key = Self.identity(ofFolder: path).map { "folder-" + $0 }
    if packs, let key, let fingerprint = known(key), let kept = openPacked(fingerprint) { return kept.region }
    let converted = try EncoderFolder.convert(path)
    guard packs, converted.count >= leastBytes, let key, let kept = packed(try GGUFFile(converted)) else {
      return converted
    }
    remember(kept.fingerprint, for: key)
    return kept.region
  }

  /// A digest over the identities of the files in a folder and in its own folders; nil for one too large to be a model.
  private static func identity(ofFolder path: String) -> String? {
    guard let names = try? FolderListing(of: path, limit: 1000).names else { return nil }
    var lines: [String] = ["encoder folder 1"]
    for name in names {
      let inner = path + "/" + name
      if let more = try? FolderListing(of: inner, limit: 1000).names {
        lines += more.map { "\(name)/\($0) \(identity(ofFile: "\(inner)/\($0)"))" }
      } else {
        lines.append("\(name) \(identity(ofFile: inner))")
      }
    }
    return SHA256Digest(of: Array(lines.joined(separator: "\n").utf8)).hex
  }

  private static func identity(ofFile path: String) -> String {
    (try? FileIdentity(of: path))?.text ?? "unknown"
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

  /// Removes files of other layouts and all but the `keeping` latest of this one.
  private func removeOld(keeping: Int) {
    guard let names = try? FolderListing(of: packedFolder, limit: 1000).names else { return }
    var current: [(modified: Int64, path: String)] = []
    for name in names where name.hasSuffix(".gguf") || name.hasSuffix(".tmp") {
      let path = packedFolder + "/" + name
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
