import Testing
import WeirEncoder
import WeirModelFiles
import WeirTensor

/// Broken models: each is refused with an error that names the thing.
@Suite struct EncoderFailureTests {
  private func failure(_ change: (inout TinyEncoder) -> Void) throws -> EncoderFailure? {
    var tiny = TinyEncoder()
    change(&tiny)
    let file = try tiny.file()
    return #expect(throws: EncoderFailure.self) { try Encoder(file) }
  }

  @Test func `every tensor is needed`() throws {
    for (name, _) in TinyEncoder().shapes {
      let found = try failure { $0.tensors[name] = nil }
      #expect(found == .model(.missingTensor(file: "tiny.gguf", tensor: name)))
    }
  }

  @Test func `every key that gives a size is needed`() throws {
    for key in TinyEncoder().numbers.keys where key != "bert.pooling_type" {
      let found = try failure { $0.numbers[key] = nil }
      #expect(found == .model(.missingKey(file: "tiny.gguf", key: key)))
    }
  }

  @Test func `odd shapes are refused`() throws {
    for (name, shape) in TinyEncoder().shapes where name.hasSuffix(".bias") || name.hasPrefix("blk") {
      let odd = shape.dropLast() + [(shape.last ?? 0) + 1]
      let found = try failure { $0.reshape(name, Array(odd)) }
      #expect(found == .model(.wrongShape(file: "tiny.gguf", tensor: name, found: Array(odd), allowed: shape)))
    }
    #expect(
      try failure { $0.reshape("position_embd.weight", [32, 7]) }
        == .model(.wrongShape(file: "tiny.gguf", tensor: "position_embd.weight", found: [32, 7], allowed: [32, 8])))
    #expect(
      try failure { $0.reshape("token_embd.weight", [32, 9]) }
        == .model(.wrongShape(file: "tiny.gguf", tensor: "token_embd.weight", found: [32, 9], allowed: [32, 10])))
  }

  @Test func `values out of range are refused`() throws {
    for (key, value, allowed) in [
      ("bert.block_count", UInt32(0), "1 to 1000"), ("bert.context_length", 1, "2 to 65536"),
      ("bert.attention.head_count", 5, "a divisor of the embedding length 32"),
      ("bert.attention.head_count", 33, "1 to 32"), ("bert.pooling_type", 3, "1 (mean) or 2 (first token)"),
    ] {
      let found = try failure { $0.numbers[key] = value }
      #expect(found == .model(.badValue(file: "tiny.gguf", key: key, found: "\(value)", allowed: allowed)))
    }
    #expect(
      try failure { $0.architecture = "llama" }
        == .model(.badValue(file: "tiny.gguf", key: "general.architecture", found: "llama", allowed: "bert")))
    #expect(
      try failure { $0.isCausal = true }
        == .model(.badValue(file: "tiny.gguf", key: "bert.attention.causal", found: "true", allowed: "false")))
  }

  @Test func `query, key and value may differ in type`() throws {
    var tiny = TinyEncoder()
    let expected = try Encoder(tiny.file()).embed("river weir")
    tiny.types["blk.1.attn_v.weight"] = .bf16
    let found = try Encoder(tiny.file()).embed("river weir")
    #expect(found != expected)
    #expect(zip(found.values, expected.values).allSatisfy { ($0 - $1).magnitude < 0.02 })
  }

  @Test func `a weight that is not finite is refused where it would spoil every text`() throws {
    let found = try failure { $0.tensors["blk.0.ffn_up.bias"]?[3] = .nan }
    #expect(found == .model(.notFinite(file: "tiny.gguf", tensor: "blk.0.ffn_up.bias", index: 3)))
  }

  @Test func `messages name thing, found and allowed`() {
    #expect(
      EncoderFailure.tokenCount(found: 300, allowed: 1...256).message
        == "a text of 300 tokens cannot be encoded: the model takes 1 to 256")
    #expect(
      EncoderFailure.tokenIdentifier(found: 9, vocabulary: 5).message
        == "token 9 is not in the encoder's vocabulary of 5")
    #expect(
      EncoderFailure.weights(file: "a.gguf", tensor: "t", .columns(type: .q8_0, found: 33, multipleOf: 32)).message
        == "a.gguf: tensor t: Q8_0 rows have 33 columns, but the type stores whole blocks of 32")
  }
}
