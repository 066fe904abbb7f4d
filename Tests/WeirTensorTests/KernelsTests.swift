import Glibc
import Testing
import WeirTensor
import WeirTestSupport

@Suite struct KernelsTests {
  /// Runs an operation on `input` on every instruction set and compares all of them, bit by bit, with the scalar one.
  private func compare(
    _ title: String, _ input: [Float], _ operation: (Kernels, FloatView) -> Void, expected: ((Int) -> Double)? = nil,
    within bound: (Double) -> Double = { _ in 0 }
  ) {
    var scalar: [Float] = []
    for kernels in Kernels.available {
      let buffer = FloatBuffer(input)
      operation(kernels, buffer.view)
      if kernels.name == "scalar" { scalar = buffer.view.array }
      #expect(buffer.view.array.bits == scalar.bits, "\(title), \(input.count) elements, \(kernels.name)")
    }
    guard let expected else { return }
    for (index, value) in scalar.enumerated() {
      let exact = expected(index)
      #expect(
        (Double(value) - exact).magnitude <= bound(exact), "\(title)[\(index)] of \(input.count): \(value), \(exact)")
    }
  }

  private func compareNumbers(
    _ title: String, _ operation: (Kernels) -> Float, exact: Double, within bound: Double
  ) {
    let scalar = operation(Kernels.available[0])
    #expect((Double(scalar) - exact).magnitude <= bound, "\(title): \(scalar), \(exact)")
    for kernels in Kernels.available {
      #expect(operation(kernels).bitPattern == scalar.bitPattern, "\(title), \(kernels.name)")
    }
  }

  private static let sizes = Array(0...257) + [384, 576, 896, 1536, 4864]

  @Test func `the scalar table is always there and comes first`() {
    #expect(Kernels.available.first?.name == "scalar")
    #expect(Kernels.available.map(\.name).contains(Kernels.active.name))
    #expect(Set(Kernels.available.map(\.name)).count == Kernels.available.count)
  }

  @Test func `every vector table is probed with vector products`() {
    for kernels in Kernels.available {
      let made = HardwareProbe.products(steps: 1, kernels: kernels)
      #expect(HardwareProbe.products(steps: 3, kernels: kernels) == 3 * made)
      #expect(kernels.name == "scalar" ? made > 0 : made >= 128, "\(kernels.name) makes \(made) products a step")
    }
  }

  @Test func `the environment can name the instruction set, and what this CPU lacks is not taken`() async {
    await #expect(processExitsWith: .success) {
      _ = unsafe setenv("WEIR_KERNELS", "scalar", 1)
      precondition(Kernels.active.name == "scalar", "scalar was asked for")
    }
    await #expect(processExitsWith: .success) {
      _ = unsafe setenv("WEIR_KERNELS", "abacus", 1)
      precondition(Kernels.active.name == Kernels.available.last?.name, "the best one was expected")
    }
  }

  @Test func `reductions agree at every size`() {
    var random = SeededRandom(seed: 1)
    for size in Self.sizes {
      let a = random.floats(size)
      let b = random.floats(size)
      let (first, second) = (FloatBuffer(a), FloatBuffer(b))
      let products = zip(a, b).map { Double($0) * Double($1) }
      let rounding = Double(size / 16 + 5) * 0x1p-24
      compareNumbers(
        "dot of \(size)", { $0.dot(first.view, second.view) }, exact: products.reduce(0, +),
        within: products.map(\.magnitude).reduce(0, +) * rounding)
      compareNumbers(
        "sum of \(size)", { $0.sum(first.view) }, exact: a.map(Double.init).reduce(0, +),
        within: a.map { Double($0.magnitude) }.reduce(0, +) * rounding)
      guard let largest = a.max() else { continue }
      compareNumbers("largest of \(size)", { $0.largest(first.view) }, exact: Double(largest), within: 0)
    }
  }

  @Test func `simple updates agree at every size`() {
    var random = SeededRandom(seed: 2)
    for size in Self.sizes {
      let (x, y) = (random.floats(size), random.floats(size))
      let other = FloatBuffer(x)
      compare("add", y, { $0.add(other.view, to: $1) }, expected: { Double(y[$0] + x[$0]) })
      compare("scale", y, { $0.scale($1, by: 0.3) }, expected: { Double(y[$0] * 0.3) })
      compare(
        "add scaled", y, { $0.add(other.view, scaledBy: 0.7, to: $1) },
        expected: { Double(y[$0].addingProduct(0.7, x[$0])) })
    }
  }

  @Test func `norms agree at every size`() {
    var random = SeededRandom(seed: 3)
    for size in Self.sizes {
      let (x, weight, bias) = (random.floats(size), random.floats(size), random.floats(size))
      let count = Double(size)
      let mean = x.map(Double.init).reduce(0, +) / count
      let variance = x.map { (Double($0) - mean) * (Double($0) - mean) }.reduce(0, +) / count
      let square = x.map { Double($0) * Double($0) }.reduce(0, +) / count
      compare(
        "rms norm", x, { $0.rmsNorm($1, weight: weight, epsilon: 1e-5, into: $1) },
        expected: { Double(x[$0]) / (square + 1e-5).squareRoot() * Double(weight[$0]) },
        within: { $0.magnitude * 2e-6 + 1e-7 })
      // With one element the variance is rounding noise beside epsilon.
      compare(
        "layer norm", x, { $0.layerNorm($1, weight: weight, bias: bias, epsilon: 1e-5, into: $1) },
        expected: { (Double(x[$0]) - mean) / (variance + 1e-5).squareRoot() * Double(weight[$0]) + Double(bias[$0]) },
        within: { $0.magnitude * 1e-5 + 1e-5 })
      compare(
        "length", x, { $0.normalizeLength($1) }, expected: { Double(x[$0]) / (square * count).squareRoot() },
        within: { $0.magnitude * 1e-6 })
    }
    compare("length of zeros", [0, 0, 0], { $0.normalizeLength($1) }, expected: { _ in 0 })
  }

  @Test func `softmax agrees at every size and sums to one`() {
    var random = SeededRandom(seed: 4)
    for size in Self.sizes where size > 0 {
      let x = random.floats(size, in: -30...30)
      let largest = Double(x.max() ?? 0)
      let total = x.map { exp((Double($0) - largest) * 0.25) }.reduce(0, +)
      compare(
        "softmax", x, { $0.softmax($1, scaledBy: 0.25) }, expected: { exp((Double(x[$0]) - largest) * 0.25) / total },
        within: { $0 * 3e-6 + 1e-12 })
    }
    let far: [Float] = [-1e30, 0, -200, 1e-3, -.infinity]
    compare(
      "softmax of far values", far, { $0.softmax($1) }, expected: { [0, 0.49975, 0, 0.50025, 0][$0] },
      within: { _ in 1e-6 })
  }

  @Test func `activations agree at every size`() {
    var random = SeededRandom(seed: 5)
    for size in Self.sizes {
      let (x, up) = (random.floats(size, in: -9...9), random.floats(size))
      let other = FloatBuffer(up)
      compare(
        "gelu", x, { $0.gelu($1) },
        expected: { index in
          Double(x[index]) * (1 + erf(Double(x[index]) * 0.5.squareRoot())) / 2
        }, within: { _ in 1.5e-6 })
      compare(
        "silu", x, { $0.siluMultiply(gate: $1, up: other.view) },
        expected: { index in
          Double(x[index]) / (1 + exp(-Double(x[index]))) * Double(up[index])
        }, within: { $0.magnitude * 1e-6 + 1e-9 })
      compare(
        "gelu by tanh", x, { $0.geluMultiply(gate: $1, up: other.view) },
        expected: { index in
          let value = Double(x[index])
          let inner = (2 / Double.pi).squareRoot() * (value + 0.044715 * value * value * value)
          return value * (1 + tanh(inner)) / 2 * Double(up[index])
        }, within: { $0.magnitude * 3e-5 + 1e-7 })
      compare(
        "soft cap", x, { $0.softCap($1, at: 5) }, expected: { 5 * tanh(Double(x[$0]) / 5) }, within: { _ in 3e-6 })
    }
  }

  @Test func `the exponential is right over its whole range and defined outside`() {
    let x = (0...20_000).map { -87.2 + Float($0) * (175.4 / 20_000) }
    compare("exponential", x, { $0.exponential($1) }, expected: { exp(Double(x[$0])) }, within: { $0 * 2e-7 })
    let odd: [Float] = [-.infinity, -1e30, -88, 0, -0.0, .nan, .leastNonzeroMagnitude, .infinity, 1e30, 89]
    compare("odd values", odd) { $0.exponential($1) }
    let buffer = FloatBuffer(odd)
    Kernels.active.exponential(buffer.view)
    #expect(buffer.view[0..<5].array == [0, 0, 0, 1, 1])
    #expect(buffer[5].isNaN)
    #expect(buffer.view[7..<10].array.allSatisfy { $0.isFinite && $0 > 2e38 })
  }

  @Test(arguments: [RotaryTable.Layout.interleaved, .halves])
  func `rotations turn every pair by its angle`(layout: RotaryTable.Layout) {
    var random = SeededRandom(seed: 6)
    for width in [2, 4, 6, 16, 32, 62, 64, 128] {
      let table = RotaryTable(layout: layout, width: width, positions: 40, base: 10_000)
      for (heads, extra, position) in [(1, 0, 0), (3, 0, 1), (2, 6, 39)] {
        let headWidth = width + extra
        let x = random.floats(heads * headWidth)
        compare(
          "rotation", x, { table.rotate($1, headWidth: headWidth, position: position, kernels: $0) },
          expected: { index in
            let start = index / headWidth * headWidth
            let place = index - start
            guard place < width else { return Double(x[index]) }
            let pair = layout == .interleaved ? place / 2 : place % (width / 2)
            let isFirst = layout == .interleaved ? place.isMultiple(of: 2) : place < width / 2
            let first = start + (layout == .interleaved ? 2 * pair : pair)
            let second = first + (layout == .interleaved ? 1 : width / 2)
            let angle = Double(position) * pow(10_000, -2 * Double(pair) / Double(width))
            let (a, b) = (Double(x[first]), Double(x[second]))
            return isFirst ? a * cos(angle) - b * sin(angle) : a * sin(angle) + b * cos(angle)
          }, within: { _ in 1e-6 })
      }
    }
  }

  @Test func `attention agrees with its definition`() {
    var random = SeededRandom(seed: 7)
    for (tokens, heads, width) in [
      (1, 1, 4), (2, 3, 8), (5, 2, 16), (17, 1, 32), (33, 2, 20), (16, 12, 32), (21, 2, 50), (3, 1, 1),
    ] {
      let row = heads * width
      let qkv = random.floats(tokens * 3 * row)
      let input = FloatBuffer(qkv)
      let scratch = FloatBuffer(count: Kernels.attentionScratch(tokens: tokens, headWidth: width))
      func value(_ token: Int, _ part: Int, _ index: Int) -> Double {
        Double(qkv[token * 3 * row + part * row + index])
      }
      var exact = [Double](repeating: 0, count: tokens * row)
      for (token, head) in (0..<tokens).flatMap({ token in (0..<heads).map { (token, $0) } }) {
        let columns = head * width..<(head + 1) * width
        let weights = (0..<tokens).map { other in
          exp(columns.map { value(token, 0, $0) * value(other, 1, $0) }.reduce(0, +) / Double(width).squareRoot())
        }
        let total = weights.reduce(0, +)
        for column in columns {
          exact[token * row + column] = (0..<tokens).map { weights[$0] / total * value($0, 2, column) }.reduce(0, +)
        }
      }
      compare(
        "attention", [Float](repeating: .nan, count: tokens * row),
        {
          $0.attendTogether(
            qkv: input.view, tokens: tokens, heads: heads, headWidth: width, scratch: scratch.view, into: $1)
        }, expected: { exact[$0] }, within: { _ in 1e-5 })
    }
  }

  @Test func `sums of exponentials have the same bits on every instruction set`() {
    var random = SeededRandom(seed: 8)
    for count in [1, 15, 16, 17, 255, 256, 257, 300, 1000] {
      var row = random.floats(count, in: -120...9)
      if count > 16 { row[7] = -.infinity }
      let largest = Kernels.active.firstLargest(row.span)
      #expect(largest.value == row.max() && row.firstIndex(of: largest.value) == largest.index)
      let results = Kernels.available.map { $0.exponentialSums(row.span, shift: largest.value) }
      for result in results { #expect(result == results[0], "\(count) logits") }
      let expected = row.reduce(0.0) { $0 + exp(Double($1) - Double(largest.value)) }
      #expect(abs(results[0].plain - expected) < 1e-6 * expected)
    }
    let odd: [Float] = [0, .nan, 1]
    #expect(Kernels.active.exponentialSums(odd.span, shift: 1).plain.isNaN)
  }
}
