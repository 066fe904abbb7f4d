import Foundation
import Testing
import WeirFiles
import WeirModelFiles

@testable import WeirEncoder

@Suite("Encoders from packed files")
struct PackedEncoderTests {
  private func pack(_ file: GGUFFile) throws -> GGUFFile {
    let path = NSTemporaryDirectory() + "weir-encoder-\(UInt64.random(in: .min ... .max)).gguf"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try PackedModel(file, plan: EncoderPacking.plan(file)).write(to: path)
    return try GGUFFile(path: path)
  }

  @Test("give the same bits as from their originals, for a tiny one and for the bundle's")
  func sameVectors() throws {
    let bundled = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Assets/Models/encoder.gguf").path
    for file in [try TinyEncoder(seed: 3).file(), try GGUFFile(path: bundled)] {
      let packed = try pack(file)
      #expect(packed.tensorIfPresent("blk.0.attn_q.weight") == nil)
      let fused = try packed.tensor("blk.0.attn_qkv.weight")
      #expect(fused.packedType != nil && fused.rows == 3 * fused.columns)
      let (first, second) = (try Encoder(file), try Encoder(packed))
      #expect(first.fingerprint == second.fingerprint)
      for text in ["", "weir", "where is my order? it was to come on friday!"] {
        #expect(first.embed(text) == second.embed(text))
      }
    }
  }
}
