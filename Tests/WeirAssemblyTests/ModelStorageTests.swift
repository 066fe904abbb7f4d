import Foundation
import Synchronization
import Testing
import WeirConfiguration
import WeirFiles
import WeirModelFiles

@testable import WeirAssembly

/// A folder with a small model and a state, removed with the value.
private final class Place {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "weir-storage-\(UInt64.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Self.fixture, toPath: model)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var model: String { root + "/model.gguf" }
  var packedFolder: String { root + "/state/models/packed" }

  static let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "WeirGeneratorTests/Fixtures/tiny-llama.gguf").path

  /// Packs models of any size; `later` puts the clock that many seconds forward.
  func storage(
    _ notices: Notices = Notices(), packs: Bool = true, leastBytes: Int = 1, later: Int64 = 60, free: UInt64 = 1 << 40
  ) -> ModelStorage {
    ModelStorage(
      folder: root + "/state/models", packs: packs, leastBytes: leastBytes,
      now: { SystemClock.utcMilliseconds * 1_000_000 + later * 1_000_000_000 }, free: { _ in free },
      report: { notices.add($0) })
  }

  func part(_ storage: ModelStorage) throws -> ModelBundle.Part {
    ModelBundle.Part(region: try ByteRegion(path: model), origin: .configured, storage: storage)
  }

  func packedFiles() -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: packedFolder)) ?? []).filter { $0.hasSuffix(".gguf") }
      .sorted()
  }

  func change(_ path: String, at offset: Int) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 1 - offset] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }
}

private final class Notices: Sendable {
  private let all = Mutex<[ModelStorage.Notice]>([])
  func add(_ notice: ModelStorage.Notice) { all.withLock { $0.append(notice) } }
  var kinds: [String] {
    all.withLock { all in
      all.map { if case .packing = $0 { "packing" } else { "not kept" } }
    }
  }
}

@Suite("Models that a node keeps packed")
struct ModelStorageTests {
  @Test("are packed once, and found again under the original's fingerprint")
  func once() throws {
    let place = try Place()
    let notices = Notices()
    let plain = SHA256Digest(of: try ByteRegion(path: place.model)).hex
    for _ in 0..<3 {
      let file = try place.part(place.storage(notices)).open()
      #expect(file.packed != nil)
      #expect(file.fingerprint == plain)
    }
    #expect(notices.kinds == ["packing"])
    #expect(place.packedFiles() == ["\(plain)-\(PackedLayout.identifier).gguf"])
    let mode = try FileManager.default.attributesOfItem(atPath: place.packedFolder)[.posixPermissions] as? Int
    #expect(mode == 0o700)
  }

  @Test("are not, where that is switched off, the model is small, or there is no folder for it")
  func off() throws {
    let place = try Place()
    #expect(try place.part(place.storage(packs: false)).open().packed == nil)
    #expect(place.packedFiles().isEmpty)
    let small = ModelStorage(folder: place.root + "/state/models")
    #expect(try place.part(small).open().packed == nil)
    try Data().write(to: URL(fileURLWithPath: place.root + "/file"))
    let notices = Notices()
    let nowhere = ModelStorage(folder: place.root + "/file/models", leastBytes: 1, report: { notices.add($0) })
    #expect(try place.part(nowhere).open().packed == nil)
    #expect(notices.kinds == ["not kept"])
  }

  @Test("are packed again when the packed file is damaged, cut, or of another model")
  func rebuilt() throws {
    let place = try Place()
    let storage = place.storage()
    _ = try place.part(storage).open()
    let path = place.packedFolder + "/" + (try #require(place.packedFiles().first))
    let sound = try Data(contentsOf: URL(fileURLWithPath: path))
    try place.change(path, at: 100)
    #expect(storage.openPacked(try place.part(storage).open().fingerprint) != nil)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == sound)
    try sound.dropLast(1000).write(to: URL(fileURLWithPath: path))
    _ = try place.part(storage).open()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == sound)
    try Data("GGUF".utf8).write(to: URL(fileURLWithPath: path))
    _ = try place.part(storage).open()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == sound)
  }

  @Test("of other layouts are removed when one is packed, and no more than eight are kept", arguments: [false, true])
  func old(byCommand: Bool) throws {
    let place = try Place()
    try FileManager.default.createDirectory(atPath: place.packedFolder, withIntermediateDirectories: true)
    let digest = String(repeating: "a", count: 64)
    for name in ["\(digest)-0000000000000000.gguf", "x.gguf.1.tmp"]
      + (0..<9).map({ "\($0)\(digest.dropFirst())-\(PackedLayout.identifier).gguf" })
    { try Data([1]).write(to: URL(fileURLWithPath: place.packedFolder + "/" + name)) }
    if byCommand {
      _ = try place.storage().pack(place.model, to: nil, replaces: false) { _, _ in }
    } else {
      _ = try place.part(place.storage()).open()
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: place.packedFolder)
    #expect(!names.contains { $0.contains("0000000000000000") || $0.hasSuffix(".tmp") })
    #expect(place.packedFiles().count == 8)
    // Packed again, it takes its own place and nobody else's.
    _ = try place.storage().pack(place.model, to: nil, replaces: true) { _, _ in }
    #expect(place.packedFiles().count == 8)
  }

  @Test("need room on the disk, however they are asked for")
  func room() throws {
    let place = try Place()
    let notices = Notices()
    let full = place.storage(notices, free: 64 << 20)
    #expect(try place.part(full).open().packed == nil)
    #expect(notices.kinds == ["not kept"])
    for target in [nil, place.root + "/out.gguf"] {
      #expect(throws: FileFailure.self) { _ = try full.pack(place.model, to: target, replaces: false) { _, _ in } }
    }
    #expect(place.packedFiles().isEmpty)
  }

  @Test("are generators: others, and what no start would look for, are refused with the reason")
  func refused() throws {
    let place = try Place()
    let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Assets/Models").path
    let adapter = URL(fileURLWithPath: Place.fixture).deletingLastPathComponent()
      .appending(path: "tiny-qwen2.lora.gguf").path
    for (path, reason) in [
      (models + "/encoder.gguf", "8 bits"), (models + "/intents.gguf", "intents"), (adapter, "adapter"),
      (place.root, "folder"),
    ] {
      for target in [nil, place.root + "/out.gguf"] {
        do {
          _ = try place.storage().pack(path, to: target, replaces: false) { _, _ in }
          Issue.record("\(path) was packed")
        } catch let failure as StartFailure {
          #expect(failure.message.contains("\(path) is not packed: ") && failure.message.contains(reason))
        }
      }
      guard path != place.root else { continue }
      let part = ModelBundle.Part(region: try ByteRegion(path: path), origin: .configured, storage: place.storage())
      #expect(try part.open().packed == nil)
    }
    for storage in [place.storage(packs: false), place.storage(leastBytes: 1 << 30)] {
      #expect(throws: StartFailure.self) { _ = try storage.pack(place.model, to: nil, replaces: false) { _, _ in } }
      let out = place.root + "/small.gguf"
      #expect(try storage.pack(place.model, to: out, replaces: true) { _, _ in }.path == out)
    }
    #expect(place.packedFiles().isEmpty)
  }

  @Test("a changed original is noticed although its size is the same, a moved clock is not trusted")
  func changed() throws {
    let place = try Place()
    let storage = place.storage()
    let first = try place.part(storage).open().fingerprint
    try place.change(place.model, at: 8)
    let second = try place.part(storage).open().fingerprint
    #expect(first != second)
    #expect(second == SHA256Digest(of: try ByteRegion(path: place.model)).hex)
    // Written just now: nothing is remembered about the original.
    let other = try Place()
    _ = try other.part(other.storage(later: 0)).open()
    let memory = try String(contentsOfFile: other.root + "/state/models/digests", encoding: .utf8)
    #expect(!memory.contains("file-") && memory.contains("whole-"))
  }

  /// A clock that moves as if reading took a minute.
  @Test("times are compared with the moment before the reading")
  func slow() throws {
    let place = try Place()
    let time = Mutex<Int64>(SystemClock.utcMilliseconds * 1_000_000)
    let storage = ModelStorage(
      folder: place.root + "/state/models", packs: false, leastBytes: 1,
      now: {
        time.withLock { now in
          defer { now += 60_000_000_000 }; return now
        }
      })
    _ = storage.digest(of: try ByteRegion(path: place.model))
    #expect(!FileManager.default.fileExists(atPath: place.root + "/state/models/digests"))
  }

  @Test("a packed file of the user's own is remembered only when its times have settled")
  func settled() throws {
    let place = try Place()
    let out = place.root + "/packed.gguf"
    let digests = place.root + "/state/models/digests"
    func isRemembered(_ storage: ModelStorage) throws -> Bool {
      _ = try ModelBundle.Part(region: ByteRegion(path: out), origin: .configured, storage: storage).open()
      return (try? String(contentsOfFile: digests, encoding: .utf8))?.contains("whole-") ?? false
    }
    _ = try place.storage(later: 0).pack(place.model, to: out, replaces: false) { _, _ in }
    #expect(try !isRemembered(place.storage(later: 0)))
    #expect(try isRemembered(place.storage()))
  }

  @Test("an encoder's folder is converted once, while its files are the same and their times have settled")
  func encoderFolder() throws {
    let place = try Place()
    let folder = place.root + "/encoder"
    let fixture = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "WeirEncoderTests/Fixtures/folder-mean").path
    try FileManager.default.copyItem(atPath: fixture, toPath: folder)
    let first = try place.storage(later: 0).encoder(inFolder: folder)
    #expect(first.identity == nil && place.packedFiles().isEmpty)
    #expect(try place.storage(packs: false).encoder(inFolder: folder).identity == nil)
    #expect(try place.storage(free: 0).encoder(inFolder: folder).identity == nil && place.packedFiles().isEmpty)
    #expect(try place.storage().encoder(inFolder: folder).identity == nil)
    let kept = try place.storage().encoder(inFolder: folder)
    #expect(kept.identity != nil && kept.array == first.array)
    // Damaged, it is made again.
    let path = place.packedFolder + "/" + (try #require(place.packedFiles().first))
    try place.change(path, at: 10)
    #expect(try place.storage().encoder(inFolder: folder).array == first.array)
    try place.change(folder + "/model.safetensors", at: 1)
    let changed = try place.storage().encoder(inFolder: folder)
    #expect(changed.identity == nil)
  }

  @Test("a draft is a part of the bundle, opened as the others are")
  func draft() throws {
    let place = try Place()
    let text = """
      [node]
      state = "\(place.root)/state"
      [models]
      generator = "\(place.model)"
      draft = "\(place.model)"
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: place.root + "/weir.toml"))
    let configuration = try Configuration.load(path: place.root + "/weir.toml", environment: [:])
    let bundle = try ModelBundle(configuration.models, storage: place.storage())
    let draft = try #require(bundle.parts.first { $0.name == "draft" })
    #expect(draft.part.place == place.model && draft.part.origin == .configured)
    #expect(try bundle.openGenerator(contextLimit: 64) != nil)
    #expect(bundle.generatorProblem() == nil)
    // What was there is damaged now: every path that opens the generator says so.
    try Data("no model".utf8).write(to: URL(fileURLWithPath: place.root + "/other.gguf"))
    var models = configuration.models
    models.draft = place.root + "/other.gguf"
    let damaged = try ModelBundle(models, storage: place.storage())
    #expect(damaged.generatorProblem()?.contains("other.gguf") == true)
  }

  @Test("two that start at once pack once")
  func together() async throws {
    let place = try Place()
    let notices = Notices()
    let (model, storage) = (place.model, place.storage(notices))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let part = ModelBundle.Part(region: try ByteRegion(path: model), origin: .configured, storage: storage)
          return try part.open().packed != nil
        }
      }
      for try await isPacked in group { #expect(isPacked) }
    }
    #expect(notices.kinds == ["packing"])
  }

  @Test("a packed file that the configuration names is read whole when it is first seen")
  func named() throws {
    let place = try Place()
    let out = place.root + "/packed.gguf"
    let result = try place.storage().pack(place.model, to: out, replaces: false) { _, _ in }
    #expect(result.isNew)
    #expect(try ByteRegion(path: out).count == result.bytes)
    #expect(throws: StartFailure.exists(path: out)) {
      _ = try place.storage().pack(place.model, to: out, replaces: false) { _, _ in }
    }
    #expect(throws: StartFailure.alreadyPacked(path: out)) {
      _ = try place.storage().pack(out, to: nil, replaces: false) { _, _ in }
    }
    func open() throws -> GGUFFile {
      try ModelBundle.Part(region: ByteRegion(path: out), origin: .configured, storage: place.storage()).open()
    }
    #expect(try open().fingerprint == result.fingerprint)
    try place.change(out, at: 50)
    #expect(throws: ModelFileFailure.self) { _ = try open() }
  }
}
