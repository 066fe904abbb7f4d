import Testing
import WeirDomain
import WeirFiles
import WeirGenerator
import WeirModelFiles

struct GeneratorAdapterTests {
  private func base(_ name: String) throws -> GGUFFile { try GGUFFile(path: References.fixture("\(name).gguf")) }

  private func adapter(_ name: String, scale: Float = 1) throws -> GeneratorAdapter {
    GeneratorAdapter(try base("\(name).lora"), scale: scale)
  }

  private func logits(_ name: String, _ adapters: [GeneratorAdapter], ids: [Int32] = [5, 17, 40, 3]) throws -> [Float] {
    let session = GeneratorSession(try GeneratorModel(base(name), adapters: adapters))
    try session.prefill(ids)
    return session.logits
  }

  private func deviation(_ values: [Float]) -> Float {
    let mean = values.reduce(0, +) / Float(values.count)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)).squareRoot()
  }

  private func distance(_ one: [Float], _ other: [Float]) -> Float {
    zip(one, other).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test(arguments: ["tiny-qwen2", "tiny-mixtral"])
  func `logits agree with a double-precision pass over the weights with the adapter merged`(name: String) throws {
    let expected = try References.decode(
      ReferenceLogits.self, References.fixture("\(name).lora.logits.json"))
    for (row, wanted) in zip(expected.rows, expected.logits) {
      let found = try logits(name, [adapter(name)], ids: Array(expected.ids.prefix(row + 1)))
      #expect(distance(found, wanted) < 0.1 * deviation(wanted), "position \(row)")
      let without = try logits(name, [], ids: Array(expected.ids.prefix(row + 1)))
      #expect(
        distance(without, wanted) > 0.5 * deviation(wanted), "the adapter must matter for this test to say anything")
    }
  }

  @Test(arguments: ["tiny-qwen2", "tiny-mixtral"])
  func `an adapter of scale zero changes nothing and two halves are a whole`(name: String) throws {
    let plain = try logits(name, [])
    #expect(try logits(name, [adapter(name, scale: 0)]) == plain)
    let whole = try logits(name, [adapter(name)])
    let halves = try logits(name, [adapter(name, scale: 0.5), adapter(name, scale: 0.5)])
    #expect(distance(whole, halves) < 0.02 * deviation(whole))
    #expect(distance(whole, plain) > 0.5 * deviation(plain))
  }

  @Test func `the numbers do not depend on how the tokens were cut into chunks`() throws {
    let model = try GeneratorModel(base("tiny-mixtral"), adapters: [adapter("tiny-mixtral")])
    let ids: [Int32] = (0..<70).map { $0 * 7 % 96 }
    let whole = GeneratorSession(model)
    try whole.prefill(ids)
    let single = GeneratorSession(model)
    for id in ids { try single.decode(id) }
    #expect(whole.logits == single.logits)
    #expect(try model.weightBytes > GeneratorModel(base("tiny-mixtral")).weightBytes)
  }

  private func failure(_ altered: AlteredModel, on name: String = "tiny-qwen2") throws -> GeneratorFailure? {
    let changed = GeneratorAdapter(try altered.file("tiny-qwen2.lora"))
    let base = try base(name)
    return #expect(throws: GeneratorFailure.self) { try GeneratorModel(base, adapters: [changed]) }
  }

  @Test func `an adapter for another model is refused by what tells them apart`() throws {
    #expect(
      try failure(AlteredModel(), on: "tiny-mixtral")
        == .unsupportedMetadata(
          file: "tiny-qwen2.lora", key: "general.architecture", found: "qwen2",
          allowed: "llama (that of \(References.fixture("tiny-mixtral.gguf")))"))
    let mine = try base("tiny-qwen2").fingerprint
    let key = GeneratorAdapter.baseFingerprintKey
    let wrong = String(repeating: "0", count: 64)
    let found = try failure(AlteredModel(strings: [key: wrong]))
    #expect(found?.message.contains(key) == true && found?.message.contains(mine) == true)
    let right = GeneratorAdapter(try AlteredModel(strings: [key: mine]).file("tiny-qwen2.lora"))
    #expect(try logits("tiny-qwen2", [right]) == logits("tiny-qwen2", [adapter("tiny-qwen2")]))
  }

  @Test(arguments: [
    ("general.type", "model"), ("adapter.type", "control_vector"), ("general.architecture", "mamba"),
  ]) func `a file that is no adapter of this kind is refused by key`(key: String, value: String) throws {
    let found = try failure(AlteredModel(strings: [key: value]))
    #expect(found?.message.contains("\(key) is \(value)") == true, "\(String(describing: found))")
    #expect(found?.kind == .badModel)
  }

  @Test func `a tensor that is missing, misshapen or unknown is refused by name`() throws {
    let (a, b) = ("blk.0.attn_q.weight.lora_a", "blk.0.attn_q.weight.lora_b")
    #expect(
      try failure(AlteredModel(removedTensors: [a])) == .modelFile(.missingTensor(file: "tiny-qwen2.lora", tensor: a)))
    #expect(
      try failure(AlteredModel(removedTensors: [b])) == .modelFile(.missingTensor(file: "tiny-qwen2.lora", tensor: b)))
    #expect(
      try failure(AlteredModel(addedTensors: ["token_embd.weight.lora_a": [1]]))
        == .adapterTensor(
          file: "tiny-qwen2.lora", tensor: "token_embd.weight.lora_a", base: References.fixture("tiny-qwen2.gguf")))
    #expect(
      try failure(AlteredModel(removedTensors: [a, b], addedTensors: [a: Array(repeating: 1, count: 96), b: [1]]))
        == .modelFile(.wrongShape(file: "tiny-qwen2.lora", tensor: a, found: [96], allowed: [64, 1])))
    let all = Set(try base("tiny-qwen2.lora").tensors.map(\.name))
    #expect(try failure(AlteredModel(removedTensors: all)) == .emptyAdapter(file: "tiny-qwen2.lora"))
  }

  @Test func `a scale that is not a number is refused`() throws {
    let adapter = try adapter("tiny-qwen2", scale: .nan)
    let base = try base("tiny-qwen2")
    #expect(throws: GeneratorFailure.self) { try GeneratorModel(base, adapters: [adapter]) }
  }

  @Test func `a damaged adapter is refused or runs but never crashes`() throws {
    let bytes = try base("tiny-qwen2.lora").region.array
    let base = try base("tiny-qwen2")
    var random = SamplingRandom(seed: 4)
    var refused = 0
    for _ in 0..<100 {
      var damaged = bytes
      damaged[Int.random(in: 0..<min(2500, bytes.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
      do {
        let adapter = GeneratorAdapter(try GGUFFile(ByteRegion(name: "damaged", copying: damaged)))
        try GeneratorSession(GeneratorModel(base, adapters: [adapter], contextLimit: 16)).prefill([1, 2])
      } catch {
        #expect(error is ModelFileFailure || error is GeneratorFailure)
        refused += 1
      }
    }
    #expect(refused > 20)
  }
}
