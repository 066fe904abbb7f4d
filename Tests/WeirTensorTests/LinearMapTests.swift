import Testing
import WeirTensor
import WeirTestSupport

/// The encoder's steps: against their definitions in exact or double arithmetic, and bit by bit between instruction sets.
@Suite struct LinearMapTests {
  /// A map of random weights, and an independent rounding of the same.
  private struct Sample {
    let rows: Int
    let columns: Int
    let weights: [Float]
    let smoothing: [Float]
    let bias: [Float]

    init(rows: Int, columns: Int, using random: inout SeededRandom) {
      (self.rows, self.columns) = (rows, columns)
      weights = random.floats(rows * columns)
      smoothing = random.floats(columns).map { 0.25 + $0.magnitude }
      bias = random.floats(rows)
    }

    func map(_ kernels: Kernels = .active) throws -> LinearMap {
      try LinearMap(rows: rows, columns: columns, smoothing: smoothing, bias: bias, kernels: kernels) { row, out in
        out.assign(weights[row * columns..<(row + 1) * columns])
      }
    }

    /// Codes and scale of a run of values.
    static func rounded(_ values: [Float]) -> (codes: [Int], scale: Float) {
      let maximum = values.map(\.magnitude).max() ?? 0
      guard maximum > 1e-30 else { return (values.map { _ in 0 }, 0) }
      return (values.map { Int(($0 * (127 / maximum)).rounded(.toNearestOrEven)) }, maximum / 127)
    }

    /// W x + b with both sides rounded, integers exact and the rest in double precision.
    func product(_ x: [Float]) -> [Double] {
      let multiplied = zip(x, smoothing).map { $0 * (1 / $1) }
      let groups = stride(from: 0, to: columns, by: 128).map { first in
        (first: first, input: Self.rounded(Array(multiplied[first..<min(first + 128, columns)])))
      }
      return (0..<rows).map { row in
        let (codes, scale) = Self.rounded(
          zip(weights[row * columns..<(row + 1) * columns], smoothing).map { $0 * $1 })
        let sums = groups.map { group in
          let whole = group.input.codes.enumerated().map { codes[group.first + $0] * $1 }.reduce(0, +)
          return Double(group.input.scale) * Double(whole)
        }
        return sums.reduce(0, +) * Double(scale) + Double(bias[row])
      }
    }
  }

  private func product(_ map: LinearMap, _ x: [Float], tokens: Int, on kernels: Kernels) -> [Float] {
    let codes = TokenCodes(tokens: tokens, columns: map.columns)
    kernels.encode(FloatBuffer(x).view, for: map, into: codes)
    // What is not written must show.
    let y = FloatBuffer([Float](repeating: .nan, count: tokens * map.rows))
    kernels.multiply(map, codes, into: y.view)
    return y.view.array
  }

  @Test func `products are those of the rounded numbers`() throws {
    var random = SeededRandom(seed: 1)
    for (rows, columns, tokens) in [(1, 1, 1), (32, 128, 8), (33, 129, 3), (50, 300, 9), (7, 17, 2), (384, 384, 5)] {
      let sample = Sample(rows: rows, columns: columns, using: &random)
      let x = random.floats(tokens * columns)
      let found = try product(sample.map(), x, tokens: tokens, on: .active)
      for token in 0..<tokens {
        let exact = sample.product(Array(x[token * columns..<(token + 1) * columns]))
        for row in 0..<rows {
          let bound = 1e-6 * (exact[row].magnitude + Double(columns))
          #expect((Double(found[token * rows + row]) - exact[row]).magnitude <= bound, "\(rows) x \(columns)")
        }
      }
    }
  }

  @Test func `products are near those of the numbers before rounding`() throws {
    var random = SeededRandom(seed: 2)
    let sample = Sample(rows: 64, columns: 384, using: &random)
    let x = random.floats(384)
    let found = try product(sample.map(), x, tokens: 1, on: .active)
    var (error, size) = (0.0, 0.0)
    for row in 0..<64 {
      let exact = (0..<384).map { Double(sample.weights[row * 384 + $0]) * Double(x[$0]) }.reduce(
        Double(sample.bias[row]), +)
      error += (Double(found[row]) - exact) * (Double(found[row]) - exact)
      size += exact * exact
    }
    // Steps of 1/127 of the largest, twice: half of a hundredth of evenly spread numbers, and smoothing that fits badly.
    #expect((error / size).squareRoot() < 0.03)
  }

  @Test func `every step has the same bits on every instruction set, at every size`() throws {
    var random = SeededRandom(seed: 3)
    var shapes = (1...40).map { (rows: 1 + $0 * 7 % 67, columns: 1 + $0 * 13 % 151, tokens: 1 + $0 % 18) }
    shapes += (1...20).map { (rows: 64, columns: 48, tokens: $0) }
    for (rows, columns, tokens) in shapes {
      let (up, down) = (
        Sample(rows: rows, columns: columns, using: &random), Sample(rows: columns, columns: rows, using: &random)
      )
      let (x, update) = (random.floats(tokens * columns), random.floats(tokens * columns))
      let (weight, bias) = (random.floats(columns), random.floats(columns))
      var expected: [[UInt32]] = []
      for kernels in Kernels.available {
        let maps = (try up.map(kernels), try down.map(kernels))
        let hidden = FloatBuffer(x)
        let (codes, inner) = (TokenCodes(tokens: tokens, columns: columns), TokenCodes(tokens: tokens, columns: rows))
        kernels.finish(
          hidden.view, adding: FloatBuffer(update).view, weight: weight, bias: bias, epsilon: 1e-6, for: maps.0,
          into: codes)
        let strip = FloatBuffer(count: tokens * LinearMap.columnsPerScale)
        kernels.multiplyGelu(maps.0, codes, for: maps.1, strip: strip.view, into: inner)
        let y = FloatBuffer(count: tokens * columns)
        kernels.multiply(maps.1, inner, into: y.view)
        let found = [hidden.view.array.bits, y.view.array.bits, product(maps.0, x, tokens: tokens, on: kernels).bits]
        if expected.isEmpty { expected = found }
        #expect(found == expected, "\(kernels.name) \(rows) x \(columns), \(tokens) tokens")
      }
    }
  }

  @Test func `one token among many gets what it gets alone`() throws {
    var random = SeededRandom(seed: 4)
    let map = try Sample(rows: 35, columns: 200, using: &random).map()
    let x = random.floats(19 * 200)
    for kernels in Kernels.available {
      let together = product(map, x, tokens: 19, on: kernels)
      for token in 0..<19 {
        let alone = product(map, Array(x[token * 200..<(token + 1) * 200]), tokens: 1, on: kernels)
        #expect(alone.bits == together[token * 35..<(token + 1) * 35].map(\.bitPattern))
      }
    }
  }

  @Test func `extreme codes do not saturate on any instruction set`() throws {
    for sign: Float in [-1, 1] {
      for kernels in Kernels.available {
        let map = try LinearMap(
          rows: 40, columns: 256, smoothing: [Float](repeating: 1, count: 256), bias: [Float](repeating: 0, count: 40),
          kernels: kernels
        ) { row, out in out.fill(row.isMultiple(of: 2) ? 127 : -127) }
        let y = product(map, [Float](repeating: 127 * sign, count: 256 * 3), tokens: 3, on: kernels)
        for (index, value) in y.enumerated() {
          #expect(value == 256 * 127 * 127 * sign * (index % 40 % 2 == 0 ? 1 : -1), "\(kernels.name)")
        }
      }
    }
  }

  @Test func `gelu between two maps is gelu`() throws {
    // The first map is the identity, the second too: what comes out is gelu(x), rounded by its group.
    let identity = try LinearMap(
      rows: 128, columns: 128, smoothing: [Float](repeating: 1, count: 128), bias: [Float](repeating: 0, count: 128)
    ) { row, out in
      out.fill(0)
      out[row] = 1
    }
    let codes = TokenCodes(tokens: 1, columns: 128)
    let inner = TokenCodes(tokens: 1, columns: 128)
    for reach: Float in [0.5, 2, 6, 40] {
      let x = (0..<128).map { reach * (Float($0) - 64) / 64 }
      Kernels.active.encode(FloatBuffer(x).view, for: identity, into: codes)
      let seen = FloatBuffer(count: 128)
      Kernels.active.multiply(identity, codes, into: seen.view)
      let exact = FloatBuffer(seen.view.array)
      Kernels.active.gelu(exact.view)
      Kernels.active.multiplyGelu(
        identity, codes, for: identity, strip: FloatBuffer(count: 128).view, into: inner)
      let y = FloatBuffer(count: 128)
      Kernels.active.multiply(identity, inner, into: y.view)
      let step = exact.view.array.map(\.magnitude).max().map { $0 / 127 } ?? 0
      for index in 0..<128 { #expect((y[index] - exact[index]).magnitude <= step / 2 + 2e-4, "\(x[index])") }
    }
  }

  @Test func `finishing is adding and norming`() {
    var random = SeededRandom(seed: 5)
    for (tokens, columns) in [(1, 1), (3, 15), (5, 16), (9, 33), (16, 384)] {
      let (x, update) = (FloatBuffer(random.floats(tokens * columns)), FloatBuffer(random.floats(tokens * columns)))
      let (weight, bias) = (random.floats(columns), random.floats(columns))
      for kernels in Kernels.available {
        let (first, second) = (FloatBuffer(x.view.array), FloatBuffer(x.view.array))
        kernels.finish(
          first.view, adding: update.view, weight: weight, bias: bias, epsilon: 1e-5, for: nil,
          into: TokenCodes(tokens: 0, columns: 0))
        kernels.add(update.view, to: second.view)
        for token in 0..<tokens {
          let row = second.view.row(token, width: columns)
          kernels.layerNorm(row, weight: weight, bias: bias, epsilon: 1e-5, into: row)
        }
        #expect(first.view.array.bits == second.view.array.bits, "\(kernels.name) \(columns)")
      }
    }
  }

  @Test func `column maxima are those of the codes`() throws {
    let plain = try LinearMap(rows: 1, columns: 3, smoothing: [1, 1, 1], bias: [0]) { _, out in out.fill(1) }
    let codes = TokenCodes(tokens: 2, columns: 3)
    Kernels.active.encode(FloatBuffer([127, -3, 0, 254, 2, 0]).view, for: plain, into: codes)
    var maxima: [Float] = [0, 0, 0]
    codes.raise(&maxima)
    #expect(maxima == [254, 3, 1])
  }

  @Test func `Q8_0 blocks of a file become floats`() throws {
    var random = SeededRandom(seed: 6)
    let bytes = (0..<34 * 5).map { index in
      index % 34 == 1 ? UInt8(0x30) : UInt8(truncatingIfNeeded: random.next())
    }
    let matrix = try unsafe WeightMatrix(type: .q8_0, rows: 1, columns: 160, bytes: bytes.span.bytes)
    let expected = FloatBuffer(count: 160)
    matrix.dequantizeRow(0, into: expected.view)
    for kernels in Kernels.available {
      let out = FloatBuffer(count: 160)
      unsafe kernels.unpackQ8_0(bytes.span.bytes, into: out.view)
      #expect(out.view.array.bits == expected.view.array.bits, "\(kernels.name)")
    }
  }

  @Test func `shapes that cannot be held are refused`() {
    #expect(throws: TensorFailure.shape(rows: 0, columns: 0)) {
      try LinearMap(rows: 0, columns: 0, smoothing: [], bias: []) { _, _ in }
    }
    #expect(throws: TensorFailure.shape(rows: Int.max, columns: Int.max)) {
      try LinearMap(rows: .max, columns: .max, smoothing: [], bias: []) { _, _ in }
    }
  }
}
