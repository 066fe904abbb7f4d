import Testing
import WeirFiles

@testable import WeirModelFiles

/// The vocabularies and reference ids that `Tools/Checks/fixtures/make_tokenizer_fixtures.py` made.
enum TokenizerFixtures {
  static let folder =
    "\(#filePath)".split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/") + "/Fixtures/"

  static func file(_ name: String) throws -> GGUFFile { try GGUFFile(path: folder + name + ".gguf") }

  /// The byte-pair vocabulary with another pattern, and further changes.
  static func bytePairFile(_ pattern: String, _ change: (inout GGUFWriter) -> Void = { _ in }) throws -> GGUFFile {
    let source = try file("bytepair")
    var writer = GGUFWriter(architecture: "test")
    writer.set("tokenizer.ggml.model", "gpt2")
    writer.set("tokenizer.ggml.pre", pattern)
    writer.set("tokenizer.ggml.tokens", try source.strings("tokenizer.ggml.tokens"))
    writer.set("tokenizer.ggml.token_type", try source.ints("tokenizer.ggml.token_type").map { Int32($0) })
    writer.set("tokenizer.ggml.merges", try source.strings("tokenizer.ggml.merges"))
    change(&writer)
    return try GGUFFile(ByteRegion(name: "bytepair.gguf", copying: writer.bytes()))
  }

  /// The texts of all cases: written ones, and broken ones after repair.
  static func texts(_ cases: GGUFFile) throws -> [String] {
    let broken = try cases.array("cases.broken")
    var repaired: [String] = []
    broken.forEachTextRange { _, range in
      repaired.append(String(decoding: broken.region.array(in: range), as: UTF8.self))
    }
    return try cases.strings("cases.texts") + repaired
  }

  /// 32-bit FNV-1a over the ids as little-endian 32-bit numbers.
  static func hash(_ ids: [Int32]) -> Int {
    var value: UInt32 = 0x811C_9DC5
    for id in ids {
      for shift in stride(from: 0, to: 32, by: 8) {
        value = (value ^ UInt32(truncatingIfNeeded: id >> shift) & 0xFF) &* 0x0100_0193
      }
    }
    return Int(value)
  }

  /// Encodes every case and compares with the reference; texts are named by number, the first ones by their ids too.
  static func check(_ tokenizer: any Tokenizer, _ variant: String, options: EncodingOptions) throws {
    let cases = try file("cases")
    let texts = try texts(cases)
    let hashes = try cases.ints("cases.\(variant).hashes")
    #expect(hashes.count == texts.count + 1 && texts.count > 2000)
    var full = try cases.ints("cases.\(variant).ids")[...]
    for (index, text) in texts.enumerated() {
      let ids = tokenizer.encode(text, options: options)
      if let count = full.popFirst() {
        #expect(ids == full.prefix(count).map { Int32($0) }, "case \(index) of \(variant)")
        full = full.dropFirst(count)
      }
      #expect(hash(ids) == hashes[index], "case \(index) of \(variant)")
    }
  }

  /// Encodes the last case, 1 MB of one letter, and compares with the reference.
  static func checkLong(_ tokenizer: any Tokenizer, _ variant: String) throws {
    let cases = try file("cases")
    let text = String(repeating: "a", count: try cases.uint("cases.long"))
    #expect(hash(tokenizer.encode(text)) == (try cases.ints("cases.\(variant).hashes").last))
  }
}
