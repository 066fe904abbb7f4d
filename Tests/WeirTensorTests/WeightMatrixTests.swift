import Testing
import WeirTensor
import WeirTestSupport

@Suite struct WeightMatrixTests {
  /// W x for every token on one instruction set.
  private func product(
    _ matrix: WeightMatrix, _ x: [Float], tokens: Int, bias: [Float]? = nil, on kernels: Kernels
  ) -> [Float] {
    let activations = Activations(capacity: x.count)
    activations.load(FloatBuffer(x).view, tokens: tokens, columns: matrix.columns)
    // What is not written must show.
    let y = FloatBuffer([Float](repeating: .nan, count: tokens * matrix.rows))
    matrix.multiply(activations, bias: bias, into: y.view, kernels: kernels)
    return y.view.array
  }

  private func expectSameBits(type: TensorType, rows: Int, columns: Int, tokens: [Int]) throws {
    var random = SeededRandom(seed: UInt64(rows * 10_000 + columns))
    let matrix = try NaiveWeights(type: type, rows: rows, columns: columns, using: &random).matrix()
    let bias = random.floats(rows)
    for count in tokens {
      let x = random.floats(count * columns)
      let expected = product(matrix, x, tokens: count, bias: bias, on: Kernels.available[0])
      for kernels in Kernels.available.dropFirst() {
        let found = product(matrix, x, tokens: count, bias: bias, on: kernels)
        #expect(found.bits == expected.bits, "\(kernels.name) \(type) \(rows) x \(columns), \(count) tokens")
      }
    }
  }

  @Test(arguments: [TensorType.q8_0, .q4_0, .q5_0])
  func `block products have the same bits on every instruction set for all small shapes`(type: TensorType) throws {
    for rows in 1...70 {
      for columns in stride(from: 32, through: 256, by: 32) {
        try expectSameBits(type: type, rows: rows, columns: columns, tokens: [1 + (rows + columns / 32) % 9])
      }
    }
  }

  @Test(arguments: [TensorType.q4_K, .q5_K, .q6_K])
  func `super-block products have the same bits on every instruction set for small shapes`(type: TensorType) throws {
    for rows in 1...50 {
      for columns in [256, 512] {
        try expectSameBits(type: type, rows: rows, columns: columns, tokens: [1 + (rows + columns / 256) % 9])
      }
    }
  }

  @Test(arguments: TensorType.allCases.filter(\.isQuantized))
  func `long rows, which pass in several chunks, have the same bits`(type: TensorType) throws {
    for columns in type.blockSize == 32 ? [768, 800, 1_568, 2_336] : [768, 1_024, 2_304] {
      try expectSameBits(type: type, rows: 35, columns: columns, tokens: [7, 8, 13])
    }
  }

  @Test(arguments: [TensorType.f32, .f16, .bf16])
  func `plain products have the same bits on every instruction set for all sizes`(type: TensorType) throws {
    for columns in 1...257 {
      try expectSameBits(type: type, rows: 1 + columns % 35, columns: columns, tokens: [1 + columns % 7])
    }
    for rows in 1...70 {
      try expectSameBits(type: type, rows: rows, columns: 33, tokens: [1, 2])
    }
  }

  @Test(arguments: TensorType.allCases)
  func `products have the same bits for every number of tokens`(type: TensorType) throws {
    try expectSameBits(type: type, rows: 49, columns: type.blockSize == 256 ? 256 : 64, tokens: Array(0...20))
  }

  @Test(arguments: TensorType.allCases)
  func `products have the same bits at the sizes of real models`(type: TensorType) throws {
    var shapes = [(384, 384), (128, 1536), (1536, 64), (192, 576), (256, 896), (64, 4864)]
    #if !DEBUG
      shapes += [(1536, 384), (384, 1536), (1536, 576), (4864, 896), (896, 4864)]
    #endif
    for (rows, columns) in shapes where columns.isMultiple(of: type.blockSize) {
      try expectSameBits(type: type, rows: rows, columns: columns, tokens: [1])
    }
  }

  @Test(arguments: TensorType.allCases)
  func `one token among many gets what it gets alone`(type: TensorType) throws {
    var random = SeededRandom(seed: 7)
    let columns = type.blockSize == 256 ? 256 : 96
    let matrix = try NaiveWeights(type: type, rows: 35, columns: columns, using: &random).matrix()
    let x = random.floats(13 * columns)
    for kernels in Kernels.available {
      let together = product(matrix, x, tokens: 13, on: kernels)
      for token in 0..<13 {
        let alone = product(matrix, Array(x[token * columns..<(token + 1) * columns]), tokens: 1, on: kernels)
        #expect(alone.bits == together[token * 35..<(token + 1) * 35].map(\.bitPattern))
      }
    }
  }

  @Test(arguments: TensorType.allCases)
  func `products agree with double precision within the rounding of their additions`(type: TensorType) throws {
    var random = SeededRandom(seed: 3)
    let shapes = [(1, 32, 1), (17, 64, 2), (40, 320, 7), (33, 1536, 3), (18, 256, 1), (35, 512, 8)]
    for (rows, columns, tokens) in shapes where columns.isMultiple(of: type.blockSize) {
      let weights = NaiveWeights(type: type, rows: rows, columns: columns, using: &random)
      let matrix = try weights.matrix()
      let x = random.floats(tokens * columns)
      let blocks = NaiveBlocks(x)
      let y = product(matrix, x, tokens: tokens, on: .active)
      for token in 0..<tokens {
        for row in 0..<rows {
          var exact = 0.0
          var magnitude = 0.0
          for column in 0..<columns {
            let index = token * columns + column
            let operand =
              type.isQuantized ? Double(blocks.codes[index]) * Double(blocks.scales[index / 32]) : Double(x[index])
            let term = Double(weights.value(row, column)) * operand
            exact += term
            // A minimum is added on its own, so its part counts even where it cancels.
            magnitude += (term.magnitude + Double(weights.minimum(row, column)) * operand.magnitude)
          }
          // One rounding of 2^-24 an addition (K types have two a block), and one for the product of two scales.
          let additions = type.isQuantized ? columns / (type.blockSize == 256 ? 16 : 32) + 2 : columns
          let bound = magnitude * Double(additions) * 0x1p-24 + 1e-12
          #expect((Double(y[token * rows + row]) - exact).magnitude <= bound)
        }
      }
    }
  }

  @Test func `extreme codes do not saturate on any instruction set`() throws {
    // 32 times -128 * -127 and -128 * 127: what a 16-bit intermediate sum could not hold.
    var bytes: [UInt8] = []
    for row in 0..<32 {
      bytes += [0x00, 0x3c]  // the scale 1
      bytes += [UInt8](repeating: row.isMultiple(of: 2) ? 0x80 : 0x7f, count: 32)
    }
    let matrix = try unsafe WeightMatrix(type: .q8_0, rows: 32, columns: 32, bytes: bytes.span.bytes)
    for sign: Float in [-1, 1] {
      let x = [Float](repeating: sign * 127, count: 32 * 7)
      for kernels in Kernels.available {
        let y = product(matrix, x, tokens: 7, on: kernels)
        for (index, value) in y.enumerated() {
          #expect(value == 32 * 127 * sign * (index.isMultiple(of: 2) ? -128 : 127), "\(kernels.name)")
        }
      }
    }
  }

  @Test func `quantizing follows its definition on every instruction set`() throws {
    // The identity reads the codes back, times their scale.
    var bytes: [UInt8] = []
    for row in 0..<32 {
      bytes += [0x00, 0x3c]
      bytes += (0..<32).map { $0 == row ? 1 : 0 }
    }
    let identity = try unsafe WeightMatrix(type: .q8_0, rows: 32, columns: 32, bytes: bytes.span.bytes)
    var random = SeededRandom(seed: 11)
    var inputs = (0..<300).map { _ in random.floats(32) }
    inputs.append([Float](repeating: 0, count: 32))
    inputs.append([Float](repeating: 1e-31, count: 32))
    inputs.append([Float](repeating: 2e-30, count: 32))
    inputs.append((0..<32).map { Float($0) - 0.5 } + [])
    inputs.append((0..<32).map { $0 == 0 ? 127 : Float($0) - 15.5 })  // halves: ties to even
    inputs.append((0..<32).map { $0 == 5 ? 1e38 : Float($0) })
    for x in inputs {
      let blocks = NaiveBlocks(x)
      let expected = blocks.codes.map { blocks.scales[0] * Float($0) }
      for kernels in Kernels.available {
        #expect(product(identity, x, tokens: 1, on: kernels) == expected, "\(kernels.name)")
      }
    }
    let spoiled = (0..<32).map { $0 == 3 ? Float.nan : $0 == 20 ? Float.infinity : Float($0) }
    let scalar = product(identity, spoiled, tokens: 1, on: Kernels.available[0])
    for kernels in Kernels.available {
      let found = product(identity, spoiled, tokens: 1, on: kernels)
      #expect(zip(found, scalar).allSatisfy { $0.isNaN && $1.isNaN || $0 == $1 }, "\(kernels.name)")
    }
  }

  @Test(arguments: TensorType.allCases)
  func `rows come back as the file had them`(type: TensorType) throws {
    var random = SeededRandom(seed: 5)
    for rows in [1, 15, 16, 17, 50] {
      let columns = type.blockSize == 256 ? 512 : 96
      let weights = NaiveWeights(type: type, rows: rows, columns: columns, using: &random)
      let matrix = try weights.matrix()
      let out = FloatBuffer(count: columns)
      for row in 0..<rows {
        matrix.dequantizeRow(row, into: out.view)
        #expect(out.view.array.bits == (0..<columns).map { weights.value(row, $0) }.bits)
      }
    }
  }

  @Test func `every half-precision number is read exactly`() throws {
    let bytes = (0..<65_536).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let matrix = try unsafe WeightMatrix(type: .f16, rows: 256, columns: 256, bytes: bytes.span.bytes)
    let out = FloatBuffer(count: 256)
    for row in 0..<256 {
      matrix.dequantizeRow(row, into: out.view)
      for (column, value) in out.view.array.enumerated() {
        let expected = NaiveWeights.float(UInt16(row * 256 + column))
        #expect(value.isNaN ? expected.isNaN : value.bitPattern == expected.bitPattern)
      }
    }
    // The same through the products: x = e_column picks one number of each row.
    for kernels in Kernels.available {
      var x = [Float](repeating: 0, count: 256)
      x[1] = 1
      let y = product(matrix, x, tokens: 1, on: kernels)
      for row in 0..<124 { #expect(y[row] == NaiveWeights.float(UInt16(row * 256 + 1))) }
    }
  }

  @Test func `a part of the panels leaves the other rows alone`() throws {
    var random = SeededRandom(seed: 9)
    let matrix = try NaiveWeights(type: .q4_0, rows: 70, columns: 64, using: &random).matrix()
    let x = FloatBuffer(random.floats(3 * 64))
    let activations = Activations(capacity: 3 * 64)
    activations.load(x.view, tokens: 3, columns: 64)
    let whole = product(matrix, x.view.array, tokens: 3, on: .active)
    let y = FloatBuffer([Float](repeating: -1, count: 3 * 70))
    matrix.multiply(activations, into: y.view, panels: 1..<3)
    for index in 0..<3 * 70 {
      #expect(y[index] == ((16..<48).contains(index % 70) ? whole[index] : -1))
    }
    matrix.multiply(activations, into: y.view, panels: 0..<1)
    matrix.multiply(activations, into: y.view, panels: 3..<5)
    #expect(y.view.array == whole)
  }

  @Test func `loading again quantizes again`() throws {
    var random = SeededRandom(seed: 13)
    let matrix = try NaiveWeights(type: .q8_0, rows: 20, columns: 64, using: &random).matrix()
    let activations = Activations(capacity: 4 * 64)
    for tokens in [4, 1, 3] {
      let x = random.floats(tokens * 64)
      activations.load(FloatBuffer(x).view, tokens: tokens, columns: 64)
      let y = FloatBuffer(count: tokens * 20)
      matrix.multiply(activations, into: y.view)
      #expect(y.view.array == product(matrix, x, tokens: tokens, on: .active))
    }
  }

  @Test func `the packed size is known before packing`() throws {
    var random = SeededRandom(seed: 17)
    for type in TensorType.allCases {
      let matrix = try NaiveWeights(type: type, rows: 21, columns: 512, using: &random).matrix()
      #expect(try WeightMatrix.packedByteCount(type: type, rows: 21, columns: 512) == matrix.byteCount)
    }
    #expect(try WeightMatrix.packedByteCount(type: .q5_0, rows: 16, columns: 64) == 16 * 44)
    #expect(try WeightMatrix.packedByteCount(type: .q6_K, rows: 16, columns: 512) == 16 * 420)
    #expect(throws: TensorFailure.columns(type: .q4_K, found: 32, multipleOf: 256)) {
      try WeightMatrix.packedByteCount(type: .q4_K, rows: 1, columns: 32)
    }
  }

  @Test func `shapes that cannot be held are refused`() {
    let none: [UInt8] = []
    let some = [UInt8](repeating: 0, count: 34)
    #expect(throws: TensorFailure.shape(rows: 0, columns: 32)) {
      try unsafe WeightMatrix(type: .q8_0, rows: 0, columns: 32, bytes: none.span.bytes)
    }
    #expect(throws: TensorFailure.shape(rows: 1, columns: -32)) {
      try unsafe WeightMatrix(type: .q8_0, rows: 1, columns: -32, bytes: none.span.bytes)
    }
    #expect(throws: TensorFailure.shape(rows: Int.max, columns: Int.max)) {
      try unsafe WeightMatrix(type: .f32, rows: .max, columns: .max, bytes: none.span.bytes)
    }
    #expect(throws: TensorFailure.columns(type: .q8_0, found: 33, multipleOf: 32)) {
      try unsafe WeightMatrix(type: .q8_0, rows: 1, columns: 33, bytes: some.span.bytes)
    }
    #expect(throws: TensorFailure.byteCount(type: .q8_0, found: 34, expected: 68)) {
      try unsafe WeightMatrix(type: .q8_0, rows: 2, columns: 32, bytes: some.span.bytes)
    }
    #expect(
      TensorFailure.byteCount(type: .q8_0, found: 34, expected: 68).message
        == "Q8_0 weights have 34 bytes, but their shape takes 68")
  }
}
