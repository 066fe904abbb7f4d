import Testing
import WeirDomain
import WeirFiles
import WeirGenerator
import WeirModelFiles

struct GeneratorModelTests {
  private func failure(_ altered: AlteredModel, _ fixture: String = "tiny-llama") throws -> GeneratorFailure? {
    let file = try altered.file(fixture)
    return #expect(throws: GeneratorFailure.self) { try GeneratorModel(file) }
  }

  @Test func `an unchanged copy loads and says its sizes`() throws {
    let model = try GeneratorModel(AlteredModel().file("tiny-qwen2"))
    #expect(model.shape.architecture == .qwen2)
    #expect((model.shape.layers, model.shape.width, model.shape.ffnWidth) == (2, 64, 96))
    #expect((model.shape.heads, model.shape.kvHeads, model.shape.headWidth) == (4, 1, 16))
    #expect((model.shape.vocabulary, model.context) == (272, 96))
    #expect(model.weightBytes > 60_000)
  }

  @Test func `an unknown architecture is refused with the known ones`() throws {
    #expect(
      try failure(AlteredModel(strings: ["general.architecture": "mamba"]))
        == .unsupportedArchitecture(
          file: "tiny-llama", found: "mamba",
          allowed: ["llama", "qwen2", "qwen2moe", "qwen3", "qwen3moe", "gemma", "gemma2", "gemma3"]))
  }

  @Test(arguments: [
    "llama.block_count", "llama.embedding_length", "llama.feed_forward_length", "llama.attention.head_count",
    "llama.attention.layer_norm_rms_epsilon", "llama.context_length",
  ]) func `metadata that is needed is asked for by name`(key: String) throws {
    #expect(
      try failure(AlteredModel(removedKeys: [key])) == .modelFile(.missingKey(file: "tiny-llama", key: key)))
  }

  @Test(arguments: ["llama.rope.freq_base", "llama.rope.dimension_count", "llama.vocab_size"])
  func `metadata with a default may be absent`(key: String) throws {
    let file = try AlteredModel(removedKeys: [key]).file("tiny-llama")
    #expect(try GeneratorModel(file).shape == GeneratorModel(AlteredModel().file("tiny-llama")).shape)
  }

  @Test(
    arguments: [
      ("llama.attention.head_count", 0), ("llama.attention.head_count", 5), ("llama.attention.head_count_kv", 3),
      ("llama.attention.head_count_kv", 8), ("llama.block_count", 0), ("llama.block_count", 4_000_000_000),
      ("llama.embedding_length", 4_000_000_000), ("llama.rope.dimension_count", 15), ("llama.rope.dimension_count", 18),
      ("llama.context_length", 0), ("llama.vocab_size", 271),
      ("llama.attention.value_length", 8), ("llama.attention.key_length", 4_000_000_000),
    ] as [(String, UInt32)]) func `a size that cannot be is refused by name`(key: String, value: UInt32) throws
  {
    let found = try failure(AlteredModel(integers: [key: value]))
    #expect(found?.message.contains(key) == true, "\(String(describing: found))")
    #expect(found?.message.contains("\(value)") == true)
    #expect(found?.kind == .badModel)
  }

  @Test func `a size that the tensors do not have is refused by tensor`() throws {
    #expect(
      try failure(AlteredModel(integers: ["llama.feed_forward_length": 128]))
        == .modelFile(
          .wrongShape(file: "tiny-llama", tensor: "blk.0.ffn_gate.weight", found: [64, 96], allowed: [64, 128])))
    #expect(
      try failure(AlteredModel(integers: ["llama.block_count": 3]))
        == .modelFile(.missingTensor(file: "tiny-llama", tensor: "blk.2.attn_norm.weight")))
  }

  @Test(arguments: [Float(0), -1, .infinity, .nan])
  func `an epsilon that is no positive number is refused`(value: Float) throws {
    let key = "llama.attention.layer_norm_rms_epsilon"
    #expect(try failure(AlteredModel(floats: [key: value]))?.message.contains(key) == true)
  }

  @Test func `a tensor that would be left out is refused`() throws {
    #expect(
      try failure(AlteredModel(integers: ["llama.block_count": 1]))
        == .unexpectedTensor(file: "tiny-llama", tensor: "blk.1.attn_norm.weight"))
    #expect(
      try failure(AlteredModel(addedTensors: ["blk.0.attn_q_norm.weight": [1]]))
        == .unexpectedTensor(file: "tiny-llama", tensor: "blk.0.attn_q_norm.weight"))
  }

  @Test func `a bias that the architecture needs is asked for`() throws {
    #expect(
      try failure(AlteredModel(removedTensors: ["blk.1.attn_k.bias"]), "tiny-qwen2")
        == .modelFile(.missingTensor(file: "tiny-qwen2", tensor: "blk.1.attn_k.bias")))
  }

  @Test func `a norm that is not a number is refused`() throws {
    var values = [Float](repeating: 1, count: 64)
    values[5] = .nan
    #expect(
      try failure(AlteredModel(replacedTensors: ["blk.0.ffn_norm.weight": values]))
        == .modelFile(.notFinite(file: "tiny-llama", tensor: "blk.0.ffn_norm.weight", index: 5)))
  }

  @Test(
    arguments: [
      ("tiny-qwen2", "qwen2.expert_count", 8), ("tiny-qwen3moe", "qwen3moe.expert_count", 0),
      ("tiny-qwen3moe", "qwen3moe.expert_count", 1025), ("tiny-qwen3moe", "qwen3moe.expert_count", 4_000_000_000),
      ("tiny-qwen3moe", "qwen3moe.expert_used_count", 0), ("tiny-qwen3moe", "qwen3moe.expert_used_count", 9),
      ("tiny-mixtral", "llama.expert_group_count", 4), ("tiny-mixtral", "llama.expert_gating_func", 2),
      ("tiny-qwen2moe", "qwen2moe.expert_shared_feed_forward_length", 0),
      ("tiny-qwen3moe", "qwen3moe.expert_feed_forward_length", 0),
      ("tiny-gemma2", "gemma2.attention.sliding_window", 4_000_000_000),
      ("tiny-gemma3", "gemma3.attention.key_length", 0),
    ] as [(String, String, UInt32)])
  func `a number of experts, a width or a window that cannot be is refused by name`(
    fixture: String, key: String, value: UInt32
  ) throws {
    let found = try failure(AlteredModel(integers: [key: value]), fixture)
    #expect(found?.message.contains(key) == true, "\(String(describing: found))")
    #expect(found?.message.contains("\(value)") == true)
  }

  @Test func `experts of another number or width than stated are refused by tensor`() throws {
    #expect(
      try failure(AlteredModel(integers: ["qwen3moe.expert_count": 7]), "tiny-qwen3moe")
        == .modelFile(
          .wrongShape(file: "tiny-qwen3moe", tensor: "blk.0.ffn_gate_inp.weight", found: [32, 8], allowed: [32, 7])))
    #expect(
      try failure(AlteredModel(integers: ["qwen3moe.expert_feed_forward_length": 64]), "tiny-qwen3moe")
        == .modelFile(
          .wrongShape(
            file: "tiny-qwen3moe", tensor: "blk.0.ffn_gate_exps.weight", found: [32, 32, 8], allowed: [32, 64, 8])))
    #expect(
      try failure(AlteredModel(removedTensors: ["blk.1.ffn_gate_inp_shexp.weight"]), "tiny-qwen2moe")
        == .modelFile(.missingTensor(file: "tiny-qwen2moe", tensor: "blk.1.ffn_gate_inp_shexp.weight")))
    #expect(
      try failure(AlteredModel(removedTensors: ["blk.1.attn_k_norm.weight"]), "tiny-qwen3")
        == .modelFile(.missingTensor(file: "tiny-qwen3", tensor: "blk.1.attn_k_norm.weight")))
    #expect(
      try failure(AlteredModel(removedTensors: ["blk.0.post_ffw_norm.weight"]), "tiny-gemma2")
        == .modelFile(.missingTensor(file: "tiny-gemma2", tensor: "blk.0.post_ffw_norm.weight")))
  }

  @Test func `a token is computed by its own experts only`() throws {
    let (experts, width, inner) = (4, 32, 64)
    func logits(changed: Int?) throws -> [Float] {
      var down = [Float](repeating: 0.01, count: experts * width * inner)
      if let changed {
        for place in 0..<width * inner { down[changed * width * inner + place] = Float(place % 7) }
      }
      let altered = AlteredModel(replacedTensors: ["blk.1.ffn_down_exps.weight": down])
      let session = GeneratorSession(try GeneratorModel(altered.file("tiny-mixtral")))
      try session.decode(7)
      return session.logits
    }
    let plain = try logits(changed: nil)
    let touched = try (0..<experts).filter { try logits(changed: $0) != plain }
    #expect(touched.count == 2, "two of four experts are chosen, the others must not matter: \(touched)")
  }

  @Test func `an adapter in the place of a model is refused with what to do`() throws {
    let found = try failure(AlteredModel(), "tiny-qwen2.lora")
    #expect(found?.message.contains("general.type is adapter") == true)
    #expect(found?.message.contains("models.adapters") == true)
  }

  @Test(arguments: GeneratorSessionTests.fixtures)
  func `a damaged file is refused or runs but never crashes`(fixture: String) throws {
    let bytes = try GGUFFile(path: References.fixture("\(fixture).gguf")).region.array
    var random = SamplingRandom(seed: 77)
    var refused = 0
    for _ in 0..<60 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        // Most hits go to the head of the file, where the sizes are.
        let end = Bool.random(using: &random) ? min(1500, bytes.count) : bytes.count
        damaged[Int.random(in: 0..<end, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      do {
        let file = try GGUFFile(ByteRegion(name: fixture, copying: damaged))
        let session = GeneratorSession(try GeneratorModel(file, contextLimit: 16))
        try session.prefill([1, 2, 3])
      } catch {
        #expect(error is ModelFileFailure || error is GeneratorFailure)
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test func `scaling of positions that is not known is refused`() throws {
    #expect(
      try failure(AlteredModel(strings: ["llama.rope.scaling.type": "yarn"]))
        == .unsupportedMetadata(
          file: "tiny-llama", key: "llama.rope.scaling.type", found: "yarn", allowed: "none or linear"))
  }

  @Test func `linear scaling stretches positions`() throws {
    // With all factors 1, scaling by 2 puts token 2 where token 1 stood without it, as factors of 2 do.
    let ones = [Float](repeating: 1, count: 8)
    let twos = [Float](repeating: 2, count: 8)
    func logits(_ altered: AlteredModel) throws -> [Float] {
      let session = GeneratorSession(try GeneratorModel(altered.file("tiny-llama")))
      try session.prefill([7, 8, 9])
      return session.logits
    }
    var linear = AlteredModel(strings: ["llama.rope.scaling.type": "linear"])
    linear.floats["llama.rope.scaling.factor"] = 2
    linear.replacedTensors["rope_freqs.weight"] = ones
    let factors = AlteredModel(replacedTensors: ["rope_freqs.weight": twos])
    let plain = AlteredModel(replacedTensors: ["rope_freqs.weight": ones])
    let absent = AlteredModel(removedTensors: ["rope_freqs.weight"])
    #expect(try logits(linear) == logits(factors))
    #expect(try logits(linear) != logits(plain))
    #expect(try logits(plain) == logits(absent))
  }

  @Test func `the context may be limited but not by nothing`() throws {
    let file = try AlteredModel().file("tiny-llama")
    #expect(try GeneratorModel(file, contextLimit: 10).context == 10)
    #expect(try GeneratorModel(file, contextLimit: 10_000).context == 96)
    #expect(throws: GeneratorFailure.badOption(name: "context", found: "0", allowed: "1 token or more")) {
      try GeneratorModel(file, contextLimit: 0)
    }
  }
}
