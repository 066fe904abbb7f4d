internal import WeirClassifier

/// Ridge regression on grams, by conjugate gradients: deterministic, and linear in the rows.
enum GramRidge {
  private static let strength = 5.0
  private static let steps = 40
  /// The residual's length, as a share of its first, at which it ends.
  private static let tolerance = 1e-3
  /// More rows change little and cost their number.
  private static let most = 6000

  /// Fits `targets`, less their mean, which is the bias; `rows` say which. Without rows the score is one half.
  static func fit(
    _ grams: [PromptGrams], targets: [Double], rows all: [Int]
  ) -> (bias: Double, weights: [Double]) {
    var weights = [Double](repeating: 0, count: PromptGrams.buckets)
    guard !all.isEmpty else { return (0.5, weights) }
    let stride = (all.count + most - 1) / most
    let rows = all.indices.filter { $0 % stride == 0 }.map { all[$0] }
    let mean = rows.reduce(0) { $0 + targets[$1] } / Double(rows.count)
    var residual = transposed(grams, rows, rows.map { targets[$0] - mean })
    var direction = residual
    var square = dot(residual, residual)
    let end = square * tolerance * tolerance
    for _ in 0..<steps where square > end && square > 0 {
      var image = transposed(grams, rows, product(grams, rows, direction))
      for index in image.indices { image[index] += strength * direction[index] }
      let step = square / dot(direction, image)
      for index in weights.indices {
        weights[index] += step * direction[index]
        residual[index] -= step * image[index]
      }
      let next = dot(residual, residual)
      let share = next / square
      for index in direction.indices { direction[index] = residual[index] + share * direction[index] }
      square = next
    }
    return (mean, weights)
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }

  /// X v: a number a row.
  private static func product(_ grams: [PromptGrams], _ rows: [Int], _ vector: [Double]) -> [Double] {
    rows.map { row in
      let gram = grams[row]
      var sum = 0.0
      for index in gram.places.indices { sum += Double(gram.values[index]) * vector[Int(gram.places[index])] }
      return sum
    }
  }

  /// X^T v: a number a bucket.
  private static func transposed(_ grams: [PromptGrams], _ rows: [Int], _ vector: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: PromptGrams.buckets)
    for (index, row) in rows.enumerated() {
      let gram = grams[row]
      for place in gram.places.indices { sums[Int(gram.places[place])] += Double(gram.values[place]) * vector[index] }
    }
    return sums
  }
}
