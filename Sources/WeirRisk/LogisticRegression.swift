/// Regularized logistic regression by Newton's method, in double precision.
///
/// Minimizes the sum of weight times cross-entropy plus strength / 2 times the squared length of the weights (the bias is
/// free). Targets may be anything from 0 to 1. Deterministic: sums run in the order of the rows.
package struct LogisticRegression: Sendable, Equatable {
  package var weights: [Double]
  package var bias: Double

  package func score(_ row: [Double]) -> Double {
    var sum = bias
    for index in weights.indices { sum += weights[index] * row[index] }
    return sum
  }

  package func probability(_ row: [Double]) -> Double { Self.sigmoid(score(row)) }

  package static func sigmoid(_ value: Double) -> Double { Exponential.sigmoid(value) }

  /// `rows` all have `columns` values; `strength` is above 0, so that the minimum is unique.
  package init(
    rows: [[Double]], columns: Int, targets: [Double], rowWeights: [Double], strength: Double, steps: Int = 50
  ) {
    precondition(rows.count == targets.count && rows.count == rowWeights.count, "Every row has a target and a weight.")
    precondition(strength > 0, "Regularization keeps the minimum finite.")
    weights = [Double](repeating: 0, count: columns)
    bias = 0
    var loss = Self.loss(self, rows, targets, rowWeights, strength)
    for _ in 0..<steps {
      let (gradient, curvature) = slope(rows, targets, rowWeights, strength)
      guard let step = SymmetricSystem.solve(curvature, gradient) else { break }
      // Newton's step is halved until it does not make things worse.
      var share = 1.0
      var next = self
      var nextLoss = loss
      repeat {
        next = moved(by: step, share)
        nextLoss = Self.loss(next, rows, targets, rowWeights, strength)
        share /= 2
      } while !(nextLoss <= loss) && share > 1e-6
      guard nextLoss <= loss else { break }
      let gain = loss - nextLoss
      self = next
      loss = nextLoss
      if gain <= 1e-10 * (1 + abs(loss)) { break }
    }
  }

  private func moved(by step: [Double], _ share: Double) -> LogisticRegression {
    var next = self
    for index in weights.indices { next.weights[index] -= share * step[index] }
    next.bias -= share * step[weights.count]
    return next
  }

  /// Gradient and Hessian over the weights and, last, the bias; the Hessian row by row.
  private func slope(
    _ rows: [[Double]], _ targets: [Double], _ rowWeights: [Double], _ strength: Double
  ) -> ([Double], [Double]) {
    let size = weights.count + 1
    var gradient = weights.map { strength * $0 } + [0]
    var curvature = [Double](repeating: 0, count: size * size)
    for (number, row) in rows.enumerated() {
      let p = probability(row)
      let error = rowWeights[number] * (p - targets[number])
      let bend = rowWeights[number] * p * (1 - p)
      let extended = row + [1]
      for i in 0..<size {
        gradient[i] += error * extended[i]
        let scaled = bend * extended[i]
        for j in 0...i { curvature[i * size + j] += scaled * extended[j] }
      }
    }
    for i in 0..<size {
      curvature[i * size + i] += i < weights.count ? strength : 1e-9
      for j in 0..<i { curvature[j * size + i] = curvature[i * size + j] }
    }
    return (gradient, curvature)
  }

  static func loss(
    _ model: LogisticRegression, _ rows: [[Double]], _ targets: [Double], _ rowWeights: [Double], _ strength: Double
  ) -> Double {
    var sum = 0.5 * strength * model.weights.reduce(0) { $0 + $1 * $1 }
    for (number, row) in rows.enumerated() {
      let score = model.score(row)
      // log(1 + e^score) - target * score, written so that nothing overflows.
      sum += rowWeights[number] * (max(score, 0) + Exponential.logOnePlus(-abs(score)) - targets[number] * score)
    }
    return sum
  }
}
