import WeirTensor
import WeirTestSupport

/// Weights as a GGUF tensor would hold them, with their values read back by the plainest possible code.
struct NaiveWeights {
  let type: TensorType
  let rows: Int
  let columns: Int
  var bytes: [UInt8] = []

  /// Random codes over their whole range, extremes included, and moderate scales.
  init(type: TensorType, rows: Int, columns: Int, using random: inout SeededRandom) {
    self.type = type
    self.rows = rows
    self.columns = columns
    var eight: UInt64 = 0
    for _ in 0..<rows * columns / type.blockSize {
      let value = Float.random(in: -2...2, using: &random)
      switch type {
      case .f32: append(value.bitPattern)
      case .f16: append(Self.half(value))
      case .bf16: append(UInt16(value.bitPattern >> 16))
      case .q8_0, .q4_0:
        append(Self.half(value / 100))
        for place in 2..<type.bytesPerBlock {
          if place % 8 == 2 { eight = random.next() }
          bytes.append(UInt8(truncatingIfNeeded: eight))
          eight >>= 8
        }
      }
    }
  }

  func value(_ row: Int, _ column: Int) -> Float {
    let index = row * columns + column
    switch type {
    case .f32: return Float(bitPattern: UInt32(u16(4 * index)) | UInt32(u16(4 * index + 2)) << 16)
    case .f16: return Self.float(u16(2 * index))
    case .bf16: return Float(bitPattern: UInt32(u16(2 * index)) << 16)
    case .q8_0:
      let block = index / 32 * 34
      return Self.float(u16(block)) * Float(Int8(bitPattern: bytes[block + 2 + index % 32]))
    case .q4_0:
      let block = index / 32 * 18
      let place = index % 32
      let byte = bytes[block + 2 + place % 16]
      return Self.float(u16(block)) * Float(Int(place < 16 ? byte & 15 : byte >> 4) - 8)
    }
  }

  func matrix() throws -> WeightMatrix {
    try unsafe WeightMatrix(type: type, rows: rows, columns: columns, bytes: bytes.span.bytes)
  }

  private func u16(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
  private mutating func append(_ bits: UInt32) {
    append(UInt16(truncatingIfNeeded: bits))
    append(UInt16(bits >> 16))
  }
  private mutating func append(_ bits: UInt16) {
    bytes.append(UInt8(truncatingIfNeeded: bits))
    bytes.append(UInt8(bits >> 8))
  }

  /// Binary16 by arithmetic on the value, not by shifting fields as the kernels do.
  static func float(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 1 ? -1 : 1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    if exponent == 31 { return fraction == 0 ? sign * .infinity : .nan }
    if exponent == 0 { return sign * fraction * Float(sign: .plus, exponent: -24, significand: 1) }
    return sign * (1 + fraction / 1024) * Float(sign: .plus, exponent: exponent - 15, significand: 1)
  }

  /// The binary16 just below or at `value` in magnitude; enough for making test data.
  static func half(_ value: Float) -> UInt16 {
    let sign: UInt16 = value < 0 ? 0x8000 : 0
    let magnitude = value.magnitude
    if magnitude < 0x1p-14 { return sign | UInt16(magnitude * 0x1p24) }
    return sign | UInt16(magnitude.exponent + 15) << 10 | UInt16((magnitude.significand - 1) * 1024)
  }
}

/// Activations in blocks of 32 as the kernels' contract defines them, one value at a time.
struct NaiveBlocks {
  var codes: [Int] = []
  var scales: [Float] = []

  init(_ x: [Float]) {
    for start in stride(from: 0, to: x.count, by: 32) {
      let block = x[start..<start + 32]
      let maximum = block.map(\.magnitude).max() ?? 0
      let isEmpty = maximum <= 1e-30
      scales.append(isEmpty ? 0 : maximum / 127)
      for value in block {
        codes.append(isEmpty ? 0 : Int((value * (127 / maximum)).rounded(.toNearestOrEven).clamped))
      }
    }
  }
}

extension Float {
  fileprivate var clamped: Float { min(max(self, -127), 127) }
}

extension [Float] {
  /// For comparing bit by bit: 0 and -0 differ, a NaN equals itself.
  var bits: [UInt32] { map(\.bitPattern) }
}
