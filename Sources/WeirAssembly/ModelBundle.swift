package import WeirConfiguration
internal import FoundationEssentials
package import WeirCache
package import WeirEncoder
package import WeirFiles
internal import WeirGenerator
internal import WeirModelFiles

/// A versioned set of models that were trained and calibrated together, and what replaces its parts.
package struct ModelBundle: Sendable {
  /// One model file of the bundle.
  package struct Part: Sendable {
    package enum Origin: String, Sendable, Hashable {
      case builtIn = "built-in"
      case bundle
      /// A file that the configuration names in place of the bundle's.
      case configured
    }

    package var region: ByteRegion
    package var origin: Origin
    /// What the manifest says; nil for a configured file.
    package var expectedDigest: String?
    /// Where digests and packed models are kept; nil keeps none and reads every file whole.
    package var storage: ModelStorage?
    /// The file or folder that was named, where `region` was made from it.
    package var madeFrom: String?

    /// What people call it.
    package var place: String { madeFrom ?? region.name }
  }

  package let name: String
  package let version: String
  package let encoder: Part
  /// What the configuration wants before every text; nil is what the encoder's own files say.
  package let encoderPrefix: String?
  package let intents: Part
  /// Nil where the bundle has none.
  package let generator: Part?
  /// Judges the cache's neighbours; the one inside the binary where the bundle has none.
  package let verifier: Part?
  /// A smaller generator that makes guesses for it; nil where none is configured.
  package let draft: Part?
  /// What changes the generator, with its strength.
  package let adapters: [Adapter]

  /// All files with what each is for.
  package var parts: [(name: String, part: Part)] {
    [("encoder", encoder), ("intents", intents)] + (verifier.map { [("verifier", $0)] } ?? [])
      + (generator.map { [("generator", $0)] } ?? [])
      + (draft.map { [("draft", $0)] } ?? []) + adapters.map { ("adapter", $0.part) }
  }

  package struct Adapter: Sendable {
    package var part: Part
    package var scale: Double
  }

  /// The `bundle.json` of format 1.
  private struct Manifest: Decodable {
    struct File: Decodable {
      var file: String
      var sha256: String
    }
    var format: Int
    var name: String
    var version: String
    var encoder: File
    var intents: File
    var generator: File?
    var verifier: File?
  }

  /// Opens the bundle of a node that keeps digests and packed models in its state folder.
  package init(_ configuration: Configuration) throws {
    try self.init(configuration.models, storage: ModelStorage(configuration))
  }

  /// Opens the folder that the configuration names, else the files inside the binary.
  package init(_ models: Configuration.Models, storage: ModelStorage? = nil) throws {
    let folder = models.bundle
    func open(_ file: String) throws -> ByteRegion {
      if let folder { return try ByteRegion(path: "\(folder)/\(file)") }
      guard let region = EmbeddedFiles.region(named: file) else {
        throw StartFailure.badManifest(place: "built-in bundle", reason: "file \(file) is not in this binary")
      }
      return region
    }
    let manifestRegion = try open("bundle.json")
    let manifest = try Self.manifest(manifestRegion)
    func part(_ file: Manifest.File, replacedBy path: String?) throws -> Part {
      if let path { return try Self.configured(path, storage) }
      guard !file.file.isEmpty, !file.file.contains("/"), file.file != "..", file.file != "." else {
        throw StartFailure.badManifest(place: manifestRegion.name, reason: "a file name leaves the bundle's folder")
      }
      return Part(
        region: try open(file.file), origin: folder == nil ? .builtIn : .bundle, expectedDigest: file.sha256,
        storage: storage)
    }
    name = manifest.name
    version = manifest.version
    if let path = models.encoder, Self.isFolder(path) {
      let region = try storage?.encoder(inFolder: path) ?? EncoderFolder.convert(path)
      encoder = Part(region: region, origin: .configured, storage: storage, madeFrom: path)
    } else {
      encoder = try part(manifest.encoder, replacedBy: models.encoder)
    }
    encoderPrefix = models.encoderPrefix
    intents = try part(manifest.intents, replacedBy: models.intents)
    if let file = manifest.generator {
      generator = try part(file, replacedBy: models.generator)
    } else {
      generator = try models.generator.map { try Self.configured($0, storage) }
    }
    verifier =
      try manifest.verifier.map { try part($0, replacedBy: nil) }
      ?? EmbeddedFiles.region(named: "verifier.gguf").map { Part(region: $0, origin: .builtIn) }
    draft = try models.draft.map { try Self.configured($0, storage) }
    adapters = try models.adapters.map { adapter in
      Adapter(part: try Self.configured(adapter.path, storage), scale: adapter.scale)
    }
  }

  private static func configured(_ path: String, _ storage: ModelStorage?) throws -> Part {
    Part(region: try ByteRegion(path: path), origin: .configured, storage: storage)
  }

  private static func isFolder(_ path: String) -> Bool {
    // Symbolic links are followed: the hub's own cache consists of them.
    (try? FileManager.default.contentsOfDirectory(atPath: path)) != nil
  }

  /// The generator with its adapters, and whether it reads slots in the place of values; nil where the bundle has none.
  ///
  /// `execution` is told what changes keys and values: the digests of the weights and of what changes them.
  func openGenerator(
    contextLimit: Int = 4096,
    execution: (_ identity: () -> String) throws -> GeneratorExecution = { _ in GeneratorExecution() }
  ) throws -> (generator: Generator, name: String, readsSlots: Bool)? {
    try generator.map { try openGenerator($0.open(), contextLimit: contextLimit, execution: execution) }
  }

  /// The generator in `file`, which `generator` has opened.
  func openGenerator(
    _ file: GGUFFile, contextLimit: Int = 4096,
    execution: (_ identity: () -> String) throws -> GeneratorExecution = { _ in GeneratorExecution() }
  ) throws -> (generator: Generator, name: String, readsSlots: Bool) {
    var changes: [GeneratorAdapter] = []
    for adapter in adapters { changes.append(GeneratorAdapter(try adapter.part.open(), scale: Float(adapter.scale))) }
    // Other weights under the same name are another model: for the ledger, and for the caches.
    func identity() -> String {
      ([file.fingerprint] + changes.map { "\($0.file.fingerprint):\($0.scale)" }).joined(separator: "+")
    }
    var running = try execution(identity)
    running.draft = try draft?.open()
    let opened = try Generator(file, adapters: changes, contextLimit: contextLimit, execution: running)
    var name = file.name(default: "generator")
    if generator?.origin == .configured || !changes.isEmpty {
      name += "@" + SHA256Digest(of: Array(identity().utf8)).hex.prefix(8)
    }
    return (opened, name, try file.bool("weir.generator.reads_slots", default: false))
  }

  /// Why the generator that the configuration names, its draft or an adapter, cannot be run; nil where it can.
  package func generatorProblem() -> String? {
    guard generator?.origin == .configured || draft != nil || !adapters.isEmpty else { return nil }
    do {
      _ = try openGenerator(contextLimit: 64)
      return nil
    } catch {
      return StartFailure(describing: error).message
    }
  }

  private static func manifest(_ region: ByteRegion) throws -> Manifest {
    let manifest: Manifest
    do {
      manifest = try JSONDecoder().decode(Manifest.self, from: Data(region.array))
    } catch {
      throw StartFailure.badManifest(place: region.name, reason: "it is not a bundle manifest of format 1")
    }
    guard manifest.format == 1 else {
      throw StartFailure.badManifest(place: region.name, reason: "format \(manifest.format) found, 1 is known")
    }
    return manifest
  }
}

extension ModelBundle.Part {
  /// The SHA-256 of the file, in hexadecimal, compared with the manifest's; a damaged file is refused by name.
  ///
  /// With `remembered`, a file that was read before and did not change is not read again.
  @discardableResult
  package func verifiedDigest(remembered: Bool = false) throws -> String {
    let found = remembered ? storage?.digest(of: region) ?? SHA256Digest(of: region).hex : SHA256Digest(of: region).hex
    if let expectedDigest, found != expectedDigest.lowercased() {
      throw StartFailure.wrongDigest(file: region.name, found: found, expected: expectedDigest)
    }
    return found
  }

  /// The model, verified first, packed where that is kept. Files inside the binary are as whole as the binary: reading
  /// 17 MB of them at each start would cost 20 ms, so their digests are verified by `weir doctor` and by a test.
  func open() throws -> GGUFFile {
    if origin == .builtIn { return try GGUFFile(region, fingerprint: expectedDigest) }
    let digest = try verifiedDigest(remembered: true)
    if let storage, storage.packs, region.count >= storage.leastBytes, let packed = storage.openPacked(digest) {
      return packed
    }
    let file = try GGUFFile(region, fingerprint: digest)
    guard file.packed != nil else { return storage?.packed(file) ?? file }
    if let storage { return try storage.verified(region) }
    try file.verifyPacked()
    return file
  }
}

extension ModelBundle {
  /// What judges the cache's neighbours under the encoder whose file has this SHA-256; nil where no file has one.
  package func openVerifier(encoderFingerprint: String) throws -> HitVerifier? {
    try verifier.map { try HitVerifier(from: $0.open(), encoderFingerprint: encoderFingerprint) }
  }

  /// The encoder alone, for commands that need no more.
  package func openEncoder() throws -> Encoder { try Encoder(encoder.open(), prefix: encoderPrefix) }
}
