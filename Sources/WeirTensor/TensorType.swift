/// How the elements of a tensor are stored, with the numbers that GGUF files use for it (ggml's type ids).
///
/// Only types that the kernels can multiply are cases; `name(ofIdentifier:)` knows the others by name so that a
/// reader can say "Q2_K is not supported" instead of a number.
package enum TensorType: UInt32, CaseIterable, Sendable, Hashable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q5_0 = 6
  case q8_0 = 8
  case q4_K = 12
  case q5_K = 13
  case q6_K = 14
  case bf16 = 30

  /// Elements that are stored together; the number of columns must be a multiple of it.
  package var blockSize: Int {
    switch self {
    case .f32, .f16, .bf16: 1
    case .q4_0, .q5_0, .q8_0: 32
    case .q4_K, .q5_K, .q6_K: 256
    }
  }

  /// Bytes of one block in a GGUF file: an F16 scale (K types: or two, and a scale for each 16 or 32 elements), codes.
  package var bytesPerBlock: Int {
    switch self {
    case .f32: 4
    case .f16, .bf16: 2
    case .q4_0: 2 + 16
    case .q5_0: 2 + 4 + 16
    case .q8_0: 2 + 32
    case .q4_K: 4 + 12 + 128
    case .q5_K: 4 + 12 + 32 + 128
    case .q6_K: 2 + 16 + 64 + 128
    }
  }

  /// True for block types, whose products run over int8 activations.
  package var isQuantized: Bool { blockSize > 1 }

  /// Name as llama.cpp and the `gguf` package spell it.
  package var name: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .q4_0: "Q4_0"
    case .q5_0: "Q5_0"
    case .q8_0: "Q8_0"
    case .q4_K: "Q4_K"
    case .q5_K: "Q5_K"
    case .q6_K: "Q6_K"
    case .bf16: "BF16"
    }
  }

  /// Bytes that `count` elements take in a file; nil when `count` is negative, no multiple of the block size, or
  /// the product overflows.
  package func byteCount(elements count: Int) -> Int? {
    guard count >= 0, count.isMultiple(of: blockSize) else { return nil }
    let (bytes, overflow) = (count / blockSize).multipliedReportingOverflow(by: bytesPerBlock)
    return overflow ? nil : bytes
  }

  /// Name of any type that GGUF files are known to hold, supported here or not; nil for unknown numbers.
  package static func name(ofIdentifier identifier: UInt32) -> String? {
    TensorType(rawValue: identifier)?.name ?? namesOfUnsupportedTypes[identifier]
  }

  private static let namesOfUnsupportedTypes: [UInt32: String] = [
    3: "Q4_1", 4: "Q4_2", 5: "Q4_3", 7: "Q5_1", 9: "Q8_1",
    10: "Q2_K", 11: "Q3_K", 15: "Q8_K",
    16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS",
    24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M",
    31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 34: "TQ1_0", 35: "TQ2_0",
    36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8", 39: "MXFP4",
  ]
}
