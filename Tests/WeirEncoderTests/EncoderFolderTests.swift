import Foundation
import Testing
import WeirFiles
import WeirModelFiles

@testable import WeirEncoder

/// Folders of random weights, against vectors that PyTorch computed (`Tools/Checks/fixtures/make_encoder_folders.py`).
@Suite("An encoder in a folder")
struct EncoderFolderTests {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

  private struct Case: Decodable {
    let text: String
    let tokens: Int
    let vector: [Float]
  }

  private func encoder(_ path: String, prefix: String? = nil) throws -> Encoder {
    try Encoder(GGUFFile(EncoderFolder.convert(path)), prefix: prefix)
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Float {
    let squares = a.map { $0 * $0 }.reduce(0, +) * b.map { $0 * $0 }.reduce(0, +)
    return a.count == b.count ? zip(a, b).map { $0 * $1 }.reduce(0, +) / squares.squareRoot() : 0
  }

  /// A copy of a fixture that a test may spoil.
  private func copy(of name: String, _ change: (URL) throws -> Void) throws -> URL {
    let target = FileManager.default.temporaryDirectory.appending(path: "weir-folder-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: Self.fixtures.appending(path: name), to: target)
    try change(target)
    return target
  }

  private func write(_ text: String, _ folder: URL, _ name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  @Test(arguments: [("folder-mean", EncoderShape.Pooling.mean, "query: "), ("folder-first", .first, "")])
  func `agrees with PyTorch on pooling, prefix and length`(
    name: String, pooling: EncoderShape.Pooling, prefix: String
  ) throws {
    let folder = Self.fixtures.appending(path: name)
    let encoder = try encoder(folder.path)
    #expect(encoder.shape.pooling == pooling)
    #expect(encoder.prefix == prefix)
    #expect(encoder.shape.context == 8)
    let cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: folder.appending(path: "vectors.json")))
    #expect(cases.count == 5)
    for item in cases {
      let found = encoder.embed(item.text)
      #expect(found.tokens == item.tokens)
      #expect(cosine(found.values, item.vector) >= 0.999, "\(item.text)")
    }
    // The other pooling is far away: the comparison can fail.
    let first = try #require(cases.first)
    let other = try copy(of: name) { folder in
      let mean = pooling != .mean
      try write(
        #"{"pooling_mode_cls_token": \#(!mean), "pooling_mode_mean_tokens": \#(mean)}"#, folder, "1_Pooling/config.json"
      )
    }
    defer { try? FileManager.default.removeItem(at: other) }
    #expect(cosine(try self.encoder(other.path).embed(first.text).values, first.vector) < 0.99)
  }

  @Test func `the fingerprint follows weights, vocabulary, pooling and prefix, and nothing else`() throws {
    let path = Self.fixtures.appending(path: "folder-first").path
    let plain = try encoder(path).fingerprint
    #expect(try encoder(path).fingerprint == plain)
    #expect(try encoder(path, prefix: "").fingerprint == plain)
    let prefixed = try encoder(path, prefix: "query: ")
    #expect(prefixed.fingerprint != plain)
    #expect(prefixed.embed("my order").values == (try encoder(path)).embed("query: my order").values)
    func changed(_ change: (URL) throws -> Void) throws -> String {
      let folder = try copy(of: "folder-first", change)
      defer { try? FileManager.default.removeItem(at: folder) }
      return try encoder(folder.path).fingerprint
    }
    #expect(try changed { try write("hello", $0, "README.md") } == plain)
    #expect(try changed { try write(#"{"pooling_mode_mean_tokens": true}"#, $0, "1_Pooling/config.json") } != plain)
    #expect(try changed { try write(#"{"max_seq_length": 9}"#, $0, "sentence_bert_config.json") } != plain)
    #expect(try changed { try write(#"{"do_lower_case": false}"#, $0, "tokenizer_config.json") } != plain)
    let text = try String(contentsOfFile: path + "/vocab.txt", encoding: .utf8)
    #expect(try changed { try write(text.replacing("refund", with: "refuse"), $0, "vocab.txt") } != plain)
  }

  @Test func `a vocabulary may come from tokenizer json alone`() throws {
    let path = Self.fixtures.appending(path: "folder-first").path
    let words = try String(contentsOfFile: path + "/vocab.txt", encoding: .utf8).split(separator: "\n")
    let members = words.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
    let folder = try copy(of: "folder-first") { folder in
      try FileManager.default.removeItem(at: folder.appending(path: "vocab.txt"))
      try write(
        #"{"normalizer": {"type": "BertNormalizer", "lowercase": true}, "model": {"type": "WordPiece", "vocab": {\#(members)}}}"#,
        folder, "tokenizer.json")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try encoder(folder.path).fingerprint == encoder(path).fingerprint)
  }

  @Test(arguments: [
    ("config.json", #"{"model_type": "xlm-roberta"}"#, "xlm-roberta"), ("config.json", "{", "no JSON text"),
    ("config.json", #"{"model_type": "bert", "num_hidden_layers": 0}"#, "num_hidden_layers"),
    ("1_Pooling/config.json", #"{"pooling_mode_max_tokens": true}"#, "pooling_mode_max_tokens"),
    ("1_Pooling/config.json", "{}", "pooling_mode"),
    ("modules.json", #"[{"type": "sentence_transformers.models.Dense"}]"#, "Dense"),
    ("tokenizer.json", #"{"normalizer": {"type": "Precompiled"}}"#, "BertNormalizer"),
    ("tokenizer.json", #"{"model": {"type": "Unigram"}, "normalizer": {"type": "BertNormalizer"}}"#, "WordPiece"),
    ("tokenizer.json", #"{"normalizer": {"type": "BertNormalizer", "strip_accents": false}}"#, "strip_accents"),
    ("config_sentence_transformers.json", #"{"default_prompt_name": "x", "prompts": {}}"#, "default_prompt_name"),
    ("vocab.txt", "a\nb\n", "[CLS]"), ("model.safetensors", "x", "model.safetensors ends"),
  ])
  func `what the engine cannot do is refused by name`(file: String, text: String, word: String) throws {
    let folder = try copy(of: "folder-first") { try write(text, $0, file) }
    defer { try? FileManager.default.removeItem(at: folder) }
    let failure = #expect(throws: EncoderFailure.self) { try encoder(folder.path) }
    #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
  }

  @Test(arguments: ["config.json", "vocab.txt", "model.safetensors"])
  func `a missing file is named`(file: String) throws {
    let folder = try copy(of: "folder-first") { try FileManager.default.removeItem(at: $0.appending(path: file)) }
    defer { try? FileManager.default.removeItem(at: folder) }
    let failure = #expect(throws: EncoderFailure.self) { try encoder(folder.path) }
    #expect(failure?.message.contains(folder.path + "/" + file) == true)
  }
}
