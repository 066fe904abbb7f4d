import Testing
import WeirTensor

@Suite struct TensorTypeTests {
  @Test func `identifiers and block sizes are those of ggml`() {
    #expect(TensorType(rawValue: 0) == .f32)
    #expect(TensorType(rawValue: 1) == .f16)
    #expect(TensorType(rawValue: 2) == .q4_0)
    #expect(TensorType(rawValue: 8) == .q8_0)
    #expect(TensorType(rawValue: 30) == .bf16)
    #expect(TensorType(rawValue: 6) == .q5_0)
    #expect(TensorType(rawValue: 12) == .q4_K)
    #expect(TensorType(rawValue: 13) == .q5_K)
    #expect(TensorType(rawValue: 14) == .q6_K)
    #expect(TensorType.q4_0.byteCount(elements: 64) == 36)
    #expect(TensorType.q8_0.byteCount(elements: 64) == 68)
    #expect(TensorType.q5_0.byteCount(elements: 64) == 44)
    #expect(TensorType.q4_K.byteCount(elements: 512) == 288)
    #expect(TensorType.q5_K.byteCount(elements: 512) == 352)
    #expect(TensorType.q6_K.byteCount(elements: 512) == 420)
    #expect(TensorType.q6_K.byteCount(elements: 128) == nil)
    #expect(TensorType.f32.byteCount(elements: 3) == 12)
  }

  @Test func `counts that no tensor can have give nothing`() {
    #expect(TensorType.q8_0.byteCount(elements: 33) == nil)
    #expect(TensorType.f32.byteCount(elements: -1) == nil)
    #expect(TensorType.f32.byteCount(elements: .max) == nil)
  }

  @Test func `types that are not supported are known by name`() {
    #expect(TensorType.name(ofIdentifier: 10) == "Q2_K")
    #expect(TensorType.name(ofIdentifier: 8) == "Q8_0")
    #expect(TensorType.name(ofIdentifier: 4_000) == nil)
    for type in TensorType.allCases { #expect(TensorType.name(ofIdentifier: type.rawValue) == type.name) }
  }
}
