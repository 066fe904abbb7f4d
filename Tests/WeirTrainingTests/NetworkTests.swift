import Testing
import WeirDomain
import WeirTensor

@testable import WeirClassifier
@testable import WeirTraining

@Suite struct NetworkTests {
  @Test func `gradients are the slopes of the loss`() {
    var random = SplitMix64(seed: 4)
    let network = IntentNetwork(inputs: 5, hidden: 7, outputs: 3, capacity: 6, random: &random)
    let x = FloatBuffer((0..<30).map { _ in Float(GaussianNoise.pair(&random).0) })
    let mask = FloatBuffer((0..<42).map { $0 % 5 == 0 ? 0 : 1.25 })
    let (labels, weights): ([Int], [Float]) = ([0, 2, 1, 1, 0, 2], [1, 0.5, 2, 1, 1, 1])
    func loss() -> Double {
      Double(
        network.step(x.view, labels: labels, rowWeights: weights, dropout: mask.view, smoothing: 0.1))
    }
    _ = loss()
    let found = network.allGradients.view.array
    // Small, so that no step crosses the corner of a rectifier.
    let epsilon: Float = 3e-4
    for index in 0..<network.allWeights.count {
      let old = network.allWeights[index]
      network.allWeights[index] = old + epsilon
      let above = loss()
      network.allWeights[index] = old - epsilon
      let below = loss()
      network.allWeights[index] = old
      #expect(abs((above - below) / Double(2 * epsilon) - Double(found[index])) < 3e-3)
    }
  }

  @Test func `a step of AdamW is the paper's`() {
    var random = SplitMix64(seed: 1)
    let start = (0..<9).map { _ in Float(random.nextUnit()) }
    let weights = FloatBuffer(start)
    let (first, second) = (FloatBuffer(count: 9), FloatBuffer(count: 9))
    var expected = start.map { Double($0) }
    var (m, v) = ([Double](repeating: 0, count: 9), [Double](repeating: 0, count: 9))
    var (power1, power2) = (1.0, 1.0)
    for count in 1...5 {
      let gradient = (0..<9).map { _ in Float(random.nextUnit() - 0.5) }
      weights.view.adamStep(
        gradient: FloatBuffer(gradient).view, first: first.view, second: second.view,
        AdamStep(count: count, rate: 0.01, weightDecay: 0.1))
      (power1, power2) = (power1 * 0.9, power2 * 0.999)
      for index in 0..<9 {
        let g = Double(gradient[index])
        m[index] = 0.9 * m[index] + 0.1 * g
        v[index] = 0.999 * v[index] + 0.001 * g * g
        expected[index] *= 1 - 0.01 * 0.1
        expected[index] -= 0.01 * (m[index] / (1 - power1)) / ((v[index] / (1 - power2)).squareRoot() + 1e-8)
      }
    }
    for (found, wanted) in zip(weights.view.array, expected) { #expect(abs(Double(found) - wanted) < 1e-5) }
  }

  @Test func `products are those of the definition, transposed or not`() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<30 {
      let (rows, columns, inner) = (1 + random.nextIndex(20), 1 + random.nextIndex(20), 1 + random.nextIndex(40))
      let a = FloatBuffer((0..<(rows * inner)).map { _ in Float(random.nextUnit() - 0.5) })
      let b = FloatBuffer((0..<(columns * inner)).map { _ in Float(random.nextUnit() - 0.5) })
      let out = FloatBuffer(count: rows * columns)
      DenseProduct.multiply(
        .init(a.view, rows: rows, columns: inner), .init(b.view, rows: columns, columns: inner, transposed: true),
        into: out.view)
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<inner).reduce(0.0) { $0 + Double(a[row * inner + $1]) * Double(b[column * inner + $1]) }
          #expect(abs(Double(out[row * columns + column]) - sum) < 1e-5)
        }
      }
    }
  }

  @Test func `an ensemble's logits are the mean of its members'`() throws {
    var random = SplitMix64(seed: 2)
    func member() -> [[Float]] {
      [12, 3, 6, 2].map { count in (0..<count).map { _ in Float(random.nextUnit() - 0.5) } }
    }
    let members = [member(), member()]
    let x = (0..<4).map { _ in Float(random.nextUnit()) }
    func logits(_ members: [[[Float]]]) -> [Float] {
      let network = Ensemble.joined(members, inputs: 4)
      return network.output.apply(to: network.hidden.apply(to: x).map { max($0, 0) })
    }
    let mean = zip(logits([members[0]]), logits([members[1]])).map { ($0 + $1) / 2 }
    for (found, wanted) in zip(logits(members), mean) { #expect(abs(found - wanted) < 1e-6) }
  }
}
