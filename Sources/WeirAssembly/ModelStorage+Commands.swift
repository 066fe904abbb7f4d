package import WeirConfiguration
internal import FoundationEssentials
internal import WeirEncoder
internal import WeirFiles
internal import WeirModelFiles

/// What `weir models pack` and `weir models verify` do.
extension ModelStorage {
  package struct PackResult: Sendable, Hashable {
    package var path: String
    package var bytes: Int
    /// Of the original.
    package var fingerprint: String
    /// False where it was there already.
    package var isNew: Bool
  }

  /// Packs a GGUF file or an encoder's folder, whatever its size, to `target` or into the state folder.
  ///
  /// `progress` hears bytes written and bytes of the whole file.
  package func pack(
    _ path: String, to target: String?, replaces: Bool, progress: (Int, Int) -> Void
  ) throws -> PackResult {
    let isFolder = (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
    let region = isFolder ? try EncoderFolder.convert(path) : try ByteRegion(path: path)
    let file = try GGUFFile(region, fingerprint: digest(of: region))
    guard file.packed == nil else { throw StartFailure.alreadyPacked(path: path) }
    if let target {
      guard replaces || (try? FileFacts(of: target)) == nil else { throw StartFailure.exists(path: target) }
      return try write(file, to: target, progress: progress)
    }
    try makeFolder(packedFolder)
    let lock = try self.lock()
    defer { extendLifetime(lock) }
    let place = packedPath(file.fingerprint)
    if !replaces, let known = openPacked(file.fingerprint) {
      return PackResult(path: place, bytes: known.region.count, fingerprint: file.fingerprint, isNew: false)
    }
    return try write(file, to: place, progress: progress)
  }

  private func write(_ file: GGUFFile, to place: String, progress: (Int, Int) -> Void) throws -> PackResult {
    let isEncoder = (try? file.architecture) == "bert"
    let model = try PackedModel(file, plan: isEncoder ? EncoderPacking.plan(file) : PackingPlan(file))
    try model.write(to: place) { progress($0, model.byteCount) }
    let written = try ByteRegion(path: place)
    if let identity = written.identity { remember(file.fingerprint, for: "whole-" + identity.text) }
    return PackResult(path: place, bytes: written.count, fingerprint: file.fingerprint, isNew: true)
  }

  package struct Verified: Sendable, Hashable {
    package var path: String
    /// SHA-256 of the whole file.
    package var digest: String
    /// A sentence; nil for a file that is whole.
    package var problem: String?
  }

  /// Reads the bundle's files and all packed models of the state folder whole.
  package static func verify(_ configuration: Configuration) throws -> [Verified] {
    let storage = ModelStorage(configuration)
    let bundle = try ModelBundle(configuration)
    var found = bundle.parts.map { part in
      checked(part.part.place) {
        let digest = try part.part.verifiedDigest()
        if part.part.origin != .builtIn { try GGUFFile(part.part.region, fingerprint: digest).verifyPacked() }
        return digest
      }
    }
    let names = (try? FolderListing(of: storage.packedFolder, limit: 1000).names) ?? []
    for name in names where name.hasSuffix(".gguf") {
      let path = storage.packedFolder + "/" + name
      found.append(
        checked(path) {
          let region = try ByteRegion(path: path)
          try GGUFFile(region).verifyPacked()
          return SHA256Digest(of: region).hex
        })
    }
    return found
  }

  private static func checked(_ path: String, _ body: () throws -> String) -> Verified {
    do {
      return Verified(path: path, digest: try body())
    } catch {
      return Verified(path: path, digest: "", problem: StartFailure(describing: error).message)
    }
  }
}
