package import WeirConfiguration
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

  /// Packs a GGUF file to `target`, or into the state folder where starts look for it.
  ///
  /// `progress` hears bytes written and bytes of the whole file. Refused, with the reason, is what no start would read.
  package func pack(
    _ path: String, to target: String?, replaces: Bool, progress: (Int, Int) -> Void
  ) throws -> PackResult {
    if (try? FileFacts(of: path, followsLinks: true))?.kind == .folder {
      throw StartFailure.notPacked(
        path: path, reason: "it is a folder, and the models that are folders are encoders, which are used as they are")
    }
    let region = try ByteRegion(path: path)
    let file = try GGUFFile(region, fingerprint: digest(of: region))
    let plan = try Self.plan(file)
    func result(_ file: GGUFFile, _ place: String, isNew: Bool) -> PackResult {
      PackResult(path: place, bytes: file.region.count, fingerprint: file.fingerprint, isNew: isNew)
    }
    if let target {
      guard replaces || (try? FileFacts(of: target)) == nil else { throw StartFailure.exists(path: target) }
      return result(try write(file, plan, to: target, progress: progress), target, isNew: true)
    }
    guard packs else {
      throw StartFailure.notPacked(
        path: path, reason: "models.pack is false, so no start looks into the state folder; name a file with --out")
    }
    guard region.count >= leastBytes else {
      throw StartFailure.notPacked(
        path: path,
        reason: "models of less than \(leastBytes >> 20) MiB are packed in memory at each start, within milliseconds")
    }
    try makeFolder(packedFolder)
    let lock = try self.lock()
    defer { extendLifetime(lock) }
    let place = packedPath(file.fingerprint)
    if !replaces, let known = openPacked(file.fingerprint) { return result(known, place, isNew: false) }
    return result(try write(file, plan, to: place, progress: progress), place, isNew: true)
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
