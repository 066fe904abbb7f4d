import Foundation
import Testing
import WeirDomain
import WeirModelFiles
import WeirTensor

@testable import WeirGenerator

struct PrefixCacheTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("prefix-\(UUID().uuidString)")

  private func generator(_ execution: GeneratorExecution) throws -> Generator {
    try Generator(GGUFFile(path: References.fixture("tiny-llama.gguf")), execution: execution)
  }

  /// Long enough for a block of 64 tokens, short enough for the tiny model's window of 96.
  private func messages(_ end: String) -> [ChatMessage] {
    [
      ChatMessage(role: .system, content: "be brief and kind and say what is so, and no more than that, ever"),
      ChatMessage(role: .user, content: end),
    ]
  }

  private func shape() throws -> CacheShape {
    try References.model(References.fixture("tiny-llama.gguf")).cacheShape(.f16)
  }

  @Test func `a prefix is found in memory and from disk, and answers stay the same`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let plain = try generator(GeneratorExecution(prefixBytes: 0, speculates: false))
    let tokens = try plain.promptTokens(messages("hi"))
    try #require(tokens.count < 90, "\(tokens.count) tokens")
    let options = GenerationOptions(maxTokens: 5)
    for round in 0..<2 {
      let store = PrefixFolder(path: folder.path, identity: "tiny")
      let generator = try generator(GeneratorExecution(prefixFolder: store))
      for (number, end) in ["hi", "ho", "he"].enumerated() {
        let answer = try generator.generate(messages(end), options: options)
        let expected = try plain.generate(messages(end), options: options)
        #expect(answer.tokens == expected.tokens && answer.meanLogProbability == expected.meanLogProbability)
        // The very first prompt finds nothing; after a restart even that is there.
        #expect((answer.reusedTokens >= 64) == (round > 0 || number > 0), "\(answer.reusedTokens) in round \(round)")
      }
      store.finish()
    }
  }

  @Test func `a changed file counts as absent and is removed`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shape = try shape()
    let cache = KeyValueCache(shape)
    cache.reserve(0..<64)
    let tokens = (0..<Int32(64)).map { $0 }
    let store = PrefixFolder(path: folder.path, identity: "a")
    #expect(store.write(cache.blocks[0], for: tokens[...], shape: shape))
    #expect(store.read(tokens[...], shape: shape)?.bytes == cache.blocks[0].bytes)
    #expect(store.read(tokens.dropLast(), shape: shape) == nil)
    #expect(PrefixFolder(path: folder.path, identity: "b").read(tokens[...], shape: shape) == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count == 1)
    let file = folder.appendingPathComponent(names[0])
    let good = try Data(contentsOf: file)
    for place in [0, 9, 50, 80, good.count - 1] {
      var bad = good
      bad[place] ^= 1
      try bad.write(to: file)
      #expect(store.read(tokens[...], shape: shape) == nil)
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
    try good.dropLast().write(to: file)
    #expect(store.read(tokens[...], shape: shape) == nil)
  }

  @Test func `memory and disk stay within their limits`() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let shape = try shape()
    let block = shape.blockBytes
    let memory = PrefixCache(limit: 5 * block, shape: shape, folder: nil)
    let store = PrefixFolder(path: folder.path, identity: "a", limit: 8 * (block + 72))
    for number in 0..<Int32(40) {
      let cache = KeyValueCache(shape)
      cache.reserve(0..<64)
      let tokens = [Int32](repeating: number, count: 65)
      memory.insert(cache.blocks, of: tokens)
      #expect(memory.byteCount <= 5 * block)
      #expect(memory.blocks(for: tokens).count == 1)
      #expect(store.write(cache.blocks[0], for: tokens[..<64], shape: shape))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.count <= 8)
    }
    #expect(memory.blocks(for: [Int32](repeating: 0, count: 65)).isEmpty)
  }

  @Test func `of a text longer than the limit the beginning is kept, and tails go before heads`() throws {
    let shape = try shape()
    let memory = PrefixCache(limit: 8 * shape.blockBytes, shape: shape, folder: nil)
    func text(_ first: Int32, blocks: Int) -> ([Int32], [KeyValueBlock]) {
      let cache = KeyValueCache(shape)
      cache.reserve(0..<blocks * 64)
      return ((0..<Int32(blocks * 64 + 1)).map { first + $0 }, cache.blocks)
    }
    let (long, blocks) = text(0, blocks: 20)
    memory.insert(blocks, of: long)
    #expect(memory.blocks(for: long).count == 8)
    // Another text's blocks displace the first one's tail, not its head.
    let (other, more) = text(5000, blocks: 3)
    memory.insert(more, of: other)
    #expect((1..<8).contains(memory.blocks(for: long).count))
    #expect(memory.blocks(for: other).count == 3)
  }

  @Test func `nothing is kept without room for it`() throws {
    let generator = try generator(GeneratorExecution(prefixBytes: 0))
    for _ in 0..<2 {
      let answer = try generator.generate(messages("hi"), options: GenerationOptions(maxTokens: 3))
      #expect(answer.reusedTokens == 0)
    }
  }
}
