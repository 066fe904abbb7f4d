internal import WeirDomain
internal import WeirTensor
internal import WeirRisk

/// The network that is trained: inputs -> hidden ReLU -> outputs, with memory for one mini-batch.
///
/// Inputs are unit-length embeddings times the root of their length, so that their elements are about 1.
final class IntentNetwork {
  let inputs: Int
  let hidden: Int
  let outputs: Int
  let capacity: Int
  /// In the order: hidden weights (hidden x inputs), hidden bias, output weights (outputs x hidden), output bias.
  let weights: [FloatView]
  let gradients: [FloatView]
  /// All weights and all gradients side by side.
  let allWeights: FloatBuffer
  let allGradients: FloatBuffer
  private let activations: FloatBuffer
  private let slopes: FloatBuffer
  private let scores: FloatBuffer

  /// He initialization for the hidden layer, zeros for the output: the first step starts without an opinion.
  init(inputs: Int, hidden: Int, outputs: Int, capacity: Int, random: inout SplitMix64) {
    self.inputs = inputs
    self.hidden = hidden
    self.outputs = outputs
    self.capacity = capacity
    let sizes = [hidden * inputs, hidden, outputs * hidden, outputs]
    allWeights = FloatBuffer(count: sizes.reduce(0, +))
    allGradients = FloatBuffer(count: sizes.reduce(0, +))
    (weights, gradients) = (Self.split(allWeights, sizes), Self.split(allGradients, sizes))
    activations = FloatBuffer(count: capacity * hidden)
    slopes = FloatBuffer(count: capacity * hidden)
    scores = FloatBuffer(count: capacity * outputs)
    let deviations = [(2 / Double(inputs)).squareRoot(), 0, (1 / Double(hidden)).squareRoot(), 0]
    for (view, deviation) in zip(weights, deviations) where deviation > 0 {
      for index in 0..<view.count { view[index] = Float(GaussianNoise.pair(&random).0 * deviation) }
    }
  }

  private static func split(_ buffer: FloatBuffer, _ sizes: [Int]) -> [FloatView] {
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return buffer[start..<(start + size)]
    }
  }

  /// Logits of `rows` inputs: a view of rows x outputs that the next call overwrites.
  func logits(_ x: FloatView, rows: Int, dropout: FloatView) -> FloatView {
    precondition(rows <= capacity, "a batch of \(rows) rows exceeds \(capacity)")
    let (h, z) = (activations[0..<(rows * hidden)], scores[0..<(rows * outputs)])
    DenseProduct.multiply(
      .init(x, rows: rows, columns: inputs),
      .init(weights[0], rows: hidden, columns: inputs, transposed: true), into: h)
    h.addToRows(weights[1])
    h.rectify(times: dropout)
    DenseProduct.multiply(
      .init(h, rows: rows, columns: hidden),
      .init(weights[2], rows: outputs, columns: hidden, transposed: true), into: z)
    z.addToRows(weights[3])
    return z
  }

  /// Mean loss of a batch, and its gradient in `gradients`. `dropout` has a factor for each hidden activation.
  func step(
    _ x: FloatView, labels: [Int], rowWeights: [Float], dropout: FloatView, smoothing: Float
  ) -> Float {
    let rows = labels.count
    let z = logits(x, rows: rows, dropout: dropout)
    var loss: Float = 0
    for row in 0..<rows {
      loss += CrossEntropy.lossAndGradient(
        z.row(row, width: outputs), label: labels[row], smoothing: smoothing, factor: rowWeights[row] / Float(rows))
    }
    let (h, g) = (activations[0..<(rows * hidden)], slopes[0..<(rows * hidden)])
    DenseProduct.multiply(
      .init(z, rows: rows, columns: outputs, transposed: true), .init(h, rows: rows, columns: hidden),
      into: gradients[2])
    gradients[3].sumRows(of: z)
    DenseProduct.multiply(
      .init(z, rows: rows, columns: outputs), .init(weights[2], rows: outputs, columns: hidden), into: g)
    g.backThroughRectifier(output: h, factors: dropout)
    DenseProduct.multiply(
      .init(g, rows: rows, columns: hidden, transposed: true), .init(x, rows: rows, columns: inputs),
      into: gradients[0])
    gradients[1].sumRows(of: g)
    return loss
  }
}

/// Softmax cross-entropy with label smoothing (Szegedy et al. 2016).
enum CrossEntropy {
  /// Loss of one row times `factor`; the row's logits become the gradient.
  static func lossAndGradient(_ logits: FloatView, label: Int, smoothing: Float, factor: Float) -> Float {
    let count = Float(logits.count)
    let own = logits[label]
    var sum: Float = 0
    for index in 0..<logits.count { sum += logits[index] }
    let largest = Kernels.active.largest(logits)
    let peak = own - largest
    let mean = sum / count - largest
    Kernels.active.softmax(logits)
    // The largest shifted logit is 0, so its share is one over the sum of the exponentials.
    let logSum = -Float(Exponential.logarithm(Double(Kernels.active.largest(logits))))
    let rest = smoothing / count
    let loss = (logSum - (1 - smoothing) * peak - smoothing * mean) * factor
    for index in 0..<logits.count { logits[index] = (logits[index] - rest) * factor }
    logits[label] -= (1 - smoothing) * factor
    return loss
  }
}
