/// What one training step does element by element, in loops that the compiler turns into vector instructions.
extension FloatView {
  /// self[i] += scale * values[offset + i] for the floats of this view.
  package func addNoise(_ values: FloatView, scaledBy scale: Float) {
    precondition(values.count == count, "\(values.count) values cannot be added to \(count)")
    let (x, noise) = unsafe (pointer, values.pointer)
    for index in 0..<count { unsafe x[index] += scale * noise[index] }
  }

  /// Adds `bias` to each row of `bias.count` floats.
  package func addToRows(_ bias: FloatView) {
    let width = bias.count
    precondition(width > 0 && count.isMultiple(of: width), "\(count) floats are not rows of \(width)")
    for row in 0..<(count / width) {
      let (y, b) = unsafe (pointer + row * width, bias.pointer)
      for index in 0..<width { unsafe y[index] += b[index] }
    }
  }

  /// This view becomes the sum of the rows of `matrix`.
  package func sumRows(of matrix: FloatView) {
    precondition(count > 0 && matrix.count.isMultiple(of: count), "\(matrix.count) floats are not rows of \(count)")
    fill(0)
    for row in 0..<(matrix.count / count) {
      let (sum, y) = unsafe (pointer, matrix.pointer + row * count)
      for index in 0..<count { unsafe sum[index] += y[index] }
    }
  }

  /// max(x, 0) times the factor of the same place (a dropout mask), in place.
  package func rectify(times factors: FloatView) {
    precondition(factors.count == count, "\(factors.count) factors for \(count) floats")
    let (x, f) = unsafe (pointer, factors.pointer)
    for index in 0..<count { unsafe x[index] = unsafe max(x[index], 0) * f[index] }
  }

  /// The gradient before `rectify(times:)`, in place: 0 where the output was 0, else times the factor.
  package func backThroughRectifier(output: FloatView, factors: FloatView) {
    precondition(output.count == count && factors.count == count, "a gradient belongs to outputs of its own count")
    let (g, y, f) = unsafe (pointer, output.pointer, factors.pointer)
    for index in 0..<count { unsafe g[index] = unsafe y[index] > 0 ? g[index] * f[index] : 0 }
  }

  /// One step of AdamW (Loshchilov and Hutter 2019): decay is apart from the gradient's moments.
  package func adamStep(gradient: FloatView, first: FloatView, second: FloatView, _ step: AdamStep) {
    precondition(
      gradient.count == count && first.count == count && second.count == count, "moments belong to their weights")
    let (w, g, m, v) = unsafe (pointer, gradient.pointer, first.pointer, second.pointer)
    let (keepM, keepV) = (AdamStep.firstDecay, AdamStep.secondDecay)
    let (rate, floor) = (step.rate / step.firstCorrection, AdamStep.epsilon)
    let (shrink, root) = (1 - step.rate * step.weightDecay, 1 / step.secondCorrection)
    for index in 0..<count {
      let slope = unsafe g[index]
      let mean = unsafe keepM * m[index] + (1 - keepM) * slope
      let square = unsafe keepV * v[index] + (1 - keepV) * slope * slope
      unsafe m[index] = mean
      unsafe v[index] = square
      unsafe w[index] = unsafe w[index] * shrink - rate * mean / ((square * root).squareRoot() + floor)
    }
  }
}

/// The numbers of one AdamW step, which are the same for all weights.
package struct AdamStep: Sendable {
  static let firstDecay: Float = 0.9
  static let secondDecay: Float = 0.999
  static let epsilon: Float = 1e-8

  let rate: Float
  let weightDecay: Float
  let firstCorrection: Float
  let secondCorrection: Float

  /// `count` is 1 for the first step; `rate` and `weightDecay` are at least 0.
  package init(count: Int, rate: Float, weightDecay: Float) {
    self.rate = rate
    self.weightDecay = weightDecay
    var (first, second): (Float, Float) = (1, 1)
    // Powers by repeated products; after some thousand steps both are 0 to the last bit.
    for _ in 0..<min(count, 20_000) {
      first *= Self.firstDecay
      second *= Self.secondDecay
    }
    firstCorrection = 1 - first
    secondCorrection = 1 - second
  }
}
