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
      case .q8_0, .q4_0, .q5_0, .q4_K, .q5_K, .q6_K:
        let start = bytes.count
        for place in 0..<type.bytesPerBlock {
          if place % 8 == 0 { eight = random.next() }
          bytes.append(UInt8(truncatingIfNeeded: eight))
          eight >>= 8
        }
        // The F16 scales: two where there are minima as well, and in Q6_K at the end.
        let places = type == .q4_K || type == .q5_K ? [0, 2] : type == .q6_K ? [208] : [0]
        for place in places {
          let bits = Self.half(value / 100)
          bytes[start + place] = UInt8(truncatingIfNeeded: bits)
          bytes[start + place + 1] = UInt8(bits >> 8)
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
    case .q5_0:
      let block = index / 32 * 22
      let place = index % 32
      let byte = bytes[block + 6 + place % 16]
      let fifth = bytes[block + 2 + place / 8] >> (place % 8) & 1
      return Self.float(u16(block)) * Float(Int(place < 16 ? byte & 15 : byte >> 4) + Int(fifth) * 16 - 16)
    case .q4_K, .q5_K:
      let block = index / 256 * type.bytesPerBlock
      let part = index % 256 / 32
      let place = index % 32
      let (scale, minimum) = scaleAndMinimum(bytes[block + 4..<block + 16].map { Int($0) }, part)
      let byte = Int(bytes[block + type.bytesPerBlock - 128 + part / 2 * 32 + place])
      var code = part.isMultiple(of: 2) ? byte % 16 : byte / 16
      if type == .q5_K { code += Int(bytes[block + 16 + place] >> part & 1) * 16 }
      return Self.float(u16(block)) * Float(scale) * Float(code) - Self.float(u16(block + 2)) * Float(minimum)
    case .q6_K:
      let block = index / 256 * 210
      let (half, place) = (index % 256 / 128, index % 128)
      let low = bytes[block + half * 64 + place % 64]
      let high = bytes[block + 128 + half * 32 + place % 32] >> (place / 32 * 2) & 3
      let code = Int(place < 64 ? low & 15 : low >> 4) + Int(high) * 16 - 32
      let scale = Int8(bitPattern: bytes[block + 192 + index % 256 / 16])
      return Self.float(u16(block + 208)) * Float(scale) * Float(code)
    }
  }

  /// What a value has subtracted from it, dmin times its block's minimum; zero for types without.
  func minimum(_ row: Int, _ column: Int) -> Float {
    guard type == .q4_K || type == .q5_K else { return 0 }
    let index = row * columns + column
    let block = index / 256 * type.bytesPerBlock
    let (_, minimum) = scaleAndMinimum(bytes[block + 4..<block + 16].map { Int($0) }, index % 256 / 32)
    return (Self.float(u16(block + 2)) * Float(minimum)).magnitude
  }

  /// Six bits each, as ggml's K types pack eight scales and eight minima into twelve bytes.
  private func scaleAndMinimum(_ packed: [Int], _ part: Int) -> (Int, Int) {
    if part < 4 { return (packed[part] % 64, packed[part + 4] % 64) }
    return (
      packed[part + 4] % 16 + packed[part - 4] / 64 * 16,
      packed[part + 4] / 16 + packed[part] / 64 * 16
    )
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
