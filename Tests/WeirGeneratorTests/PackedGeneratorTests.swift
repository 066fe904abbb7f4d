import Foundation
import Testing
import WeirFiles
import WeirModelFiles

@testable import WeirGenerator

@Suite("Generators from packed files")
struct PackedGeneratorTests {
  @Test(
    "give the same bits as from their originals",
    arguments: [
      "tiny-llama", "tiny-qwen2", "tiny-qwen3", "tiny-gemma", "tiny-gemma2", "tiny-gemma3", "tiny-mixtral",
      "tiny-qwen2moe", "tiny-qwen3moe",
    ])
  func sameLogits(fixture: String) throws {
    let file = try GGUFFile(path: References.fixture(fixture + ".gguf"))
    let path = NSTemporaryDirectory() + "weir-\(fixture)-\(UInt64.random(in: .min ... .max)).gguf"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try PackedModel(file, plan: PackingPlan(file)).write(to: path)
    let packed = try GGUFFile(path: path)
    #expect(packed.packed != nil)
    let wanted = try ReferenceLogits.read(fixture)
    var results: [[Float]] = []
    for file in [file, packed] {
      let session = GeneratorSession(try GeneratorModel(file))
      try session.prefill(wanted.ids)
      try session.decode(wanted.ids[0])
      results.append(session.logits)
    }
    #expect(results[0] == results[1])
    #expect(try GeneratorModel(file).weightBytes == GeneratorModel(packed).weightBytes)
    guard fixture == "tiny-llama" else { return }
    let (first, second) = (try Generator(file), try Generator(packed))
    #expect(first.tokenizer.encode("a weir, twice") == second.tokenizer.encode("a weir, twice"))
  }

  @Test("take the adapters that were made for the original")
  func adapters() throws {
    let file = try GGUFFile(path: References.fixture("tiny-qwen2.gguf"))
    let adapter = GeneratorAdapter(try GGUFFile(path: References.fixture("tiny-qwen2.lora.gguf")))
    let path = NSTemporaryDirectory() + "weir-lora-\(UInt64.random(in: .min ... .max)).gguf"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try PackedModel(file, plan: PackingPlan(file)).write(to: path)
    let ids = try ReferenceLogits.read("tiny-qwen2").ids
    var results: [[Float]] = []
    for file in [file, try GGUFFile(path: path)] {
      let session = GeneratorSession(try GeneratorModel(file, adapters: [adapter]))
      try session.prefill(ids)
      results.append(session.logits)
    }
    #expect(results[0] == results[1])
  }
}

extension ReferenceLogits {
  fileprivate static func read(_ fixture: String) throws -> ReferenceLogits {
    try References.decode(ReferenceLogits.self, References.fixture(fixture + ".logits.json"))
  }
}
