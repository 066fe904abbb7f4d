import Foundation
import Testing
import WeirEncoder
import WeirModelFiles

/// The encoder against other implementations: double-precision BERT for the committed model, PyTorch for
/// all-MiniLM-L6-v2.
@Suite struct ReferenceTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let model = root.appending(path: "Assets/Models/encoder.gguf").path
  /// What `Tools/Models/convert_minilm.py --out DIR --data DATA` writes.
  private static let references = ProcessInfo.processInfo.environment["WEIR_REFERENCES"]

  /// Unoptimized kernels are slow: a debug build takes a part of the prompts, `swift test -c release` takes all.
  private func part(of count: Int, every step: Int) -> StrideTo<Int> {
    #if DEBUG
      stride(from: 1, to: count, by: step)
    #else
      stride(from: 0, to: count, by: 1)
    #endif
  }

  private struct Fixture: Decodable {
    struct Prompt: Decodable {
      let text: String
      let tokens: Int
      let embedding: Data
    }
    let model: String
    let prompts: [Prompt]
  }

  private struct Reference: Decodable {
    let text: String
    let ids: [Int32]
    let embedding: [Double]
  }

  private func cosine(_ a: [Float], _ b: [Double]) -> Double {
    let product = zip(a, b).map { Double($0) * $1 }.reduce(0, +)
    let squares = a.map { Double($0) * Double($0) }.reduce(0, +) * b.map { $0 * $0 }.reduce(0, +)
    return a.count == b.count ? product / squares.squareRoot() : 0
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: model)))
  func `the default encoder agrees with double precision on the fixture`() throws {
    let path = Self.root.appending(path: "Tests/WeirEncoderTests/Fixtures/encoder.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: path))
    let encoder = try Encoder(GGUFFile(path: Self.model))
    try #require(
      encoder.fingerprint == fixture.model,
      "The fixture belongs to another model: run Tools/Checks/fixtures/make_encoder.py.")
    #expect(fixture.prompts.count >= 40)
    for index in part(of: fixture.prompts.count, every: 4) {
      let prompt = fixture.prompts[index]
      let expected = stride(from: 0, to: prompt.embedding.count, by: 2).map {
        Double(Float16(bitPattern: UInt16(prompt.embedding[$0]) | UInt16(prompt.embedding[$0 + 1]) << 8))
      }
      let found = encoder.embed(prompt.text)
      #expect(found.tokens == prompt.tokens, "\(prompt.text)")
      #expect(found.isTruncated == (prompt.text.count > 1_000))
      let agreement = cosine(found.values, expected)
      #expect(agreement >= 0.999, "prompt \(index) has a cosine of \(agreement)")
      #expect((found.values.map { $0 * $0 }.reduce(0, +) - 1).magnitude < 1e-5)
    }
  }

  /// The marks: cosine at least 0.999 on average and 0.995 on every prompt, whatever type the file has: weights are
  /// rounded to int8 in any case.
  @Test(.enabled(if: references != nil), arguments: ["minilm-f32.gguf", "minilm-q8_0.gguf"])
  func `MiniLM agrees with PyTorch`(file: String) throws {
    let folder = URL(filePath: Self.references ?? "")
    let encoder = try Encoder(GGUFFile(path: folder.appending(path: file).path))
    let lines = try String(contentsOf: folder.appending(path: "minilm-ref.jsonl"), encoding: .utf8).split(
      separator: "\n")
    #expect(lines.count >= 1_000)
    var (least, total, count) = (1.0, 0.0, 0)
    for index in part(of: lines.count, every: 100) {
      let reference = try JSONDecoder().decode(Reference.self, from: Data(lines[index].utf8))
      let found = encoder.embed(reference.text)
      #expect(found.tokens == reference.ids.count, "line \(index + 1)")
      #expect(found.values == (try encoder.embed(identifiers: reference.ids)), "line \(index + 1)")
      let agreement = cosine(found.values, reference.embedding)
      #expect(agreement >= 0.995, "prompt \(index) has a cosine of \(agreement)")
      least = min(least, agreement)
      total += agreement
      count += 1
    }
    #expect(total / Double(count) >= 0.999)
    print("\(file): \(count) prompts, mean cosine \(total / Double(count)), least \(least)")
  }
}
