/// A matrix with a bias: y = W x + b, W row-major with one row per output.
package struct DenseLayer: Sendable, Equatable {
  package let inputs: Int
  package let outputs: Int
  package let weights: [Float]
  package let bias: [Float]

  package init(inputs: Int, outputs: Int, weights: [Float], bias: [Float]) {
    precondition(weights.count == inputs * outputs && bias.count == outputs, "A layer's weights must fit its shape.")
    self.inputs = inputs
    self.outputs = outputs
    self.weights = weights
    self.bias = bias
  }

  func apply(to x: [Float]) -> [Float] {
    (0..<outputs).map { row in Self.dot(weights[(row * inputs)..<((row + 1) * inputs)], x) + bias[row] }
  }

  /// Eight sums side by side, which the compiler keeps in one vector register; the order of additions is fixed, so
  /// that every host gives the same result.
  package static func dot(_ row: ArraySlice<Float>, _ x: [Float]) -> Float {
    precondition(row.count == x.count, "A row and its input must have the same length.")
    var sums = SIMD8<Float>(repeating: 0)
    let start = row.startIndex
    let blocks = x.count / 8
    for block in 0..<blocks {
      var left = SIMD8<Float>()
      var right = SIMD8<Float>()
      for lane in 0..<8 {
        left[lane] = row[start + block * 8 + lane]
        right[lane] = x[block * 8 + lane]
      }
      sums += left * right
    }
    var sum = sums.sum()
    for index in (blocks * 8)..<x.count { sum += row[start + index] * x[index] }
    return sum
  }
}
