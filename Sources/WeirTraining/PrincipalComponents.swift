internal import WeirClassifier
internal import WeirDomain

/// The directions in which embeddings differ most, by subspace iteration on their covariance.
enum PrincipalComponents {
  /// More rows hardly turn the directions and cost their number times the square of the dimensions.
  private static let mostRows = 4000
  private static let passes = 40

  /// Maps an embedding, less the mean, to its `count` leading components; fewer where there are fewer dimensions.
  ///
  /// `vectors` is not empty and has rows of one length. The same rows and seed give the same bits.
  static func projection(of vectors: [[Float]], count: Int, seed: UInt64) -> DenseLayer {
    let stride = (vectors.count + mostRows - 1) / mostRows
    let rows = vectors.indices.filter { $0 % stride == 0 }.map { vectors[$0].map { Double($0) } }
    let width = rows[0].count
    let kept = min(count, width)
    let mean = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
    let covariance = covariance(rows, mean)
    var random = SplitMix64(seed: seed)
    var basis = (0..<kept).map { _ in (0..<width).map { _ in GaussianNoise.pair(&random).0 } }
    orthonormalize(&basis)
    for _ in 0..<passes {
      basis = basis.map { direction in
        (0..<width).map { row in
          var sum = 0.0
          for column in 0..<width { sum += covariance[row * width + column] * direction[column] }
          return sum
        }
      }
      orthonormalize(&basis)
    }
    return DenseLayer(
      inputs: width, outputs: kept, weights: basis.flatMap { $0.map { Float($0) } },
      bias: basis.map { direction in Float(-zip(direction, mean).reduce(0) { $0 + $1.0 * $1.1 }) })
  }

  private static func covariance(_ rows: [[Double]], _ mean: [Double]) -> [Double] {
    let width = mean.count
    let bands = ParallelJobs.run(width) { first -> [Double] in
      var band = [Double](repeating: 0, count: width)
      for row in rows {
        let scaled = row[first] - mean[first]
        for second in 0...first { band[second] += scaled * (row[second] - mean[second]) }
      }
      return band
    }
    var covariance = bands.flatMap { $0 }
    for first in 0..<width {
      for second in 0..<first { covariance[second * width + first] = covariance[first * width + second] }
    }
    return covariance
  }

  /// Gram and Schmidt, twice, so that rounding leaves no trace; a direction that vanishes becomes 0.
  private static func orthonormalize(_ basis: inout [[Double]]) {
    for index in basis.indices {
      for _ in 0..<2 {
        for earlier in 0..<index {
          let overlap = zip(basis[index], basis[earlier]).reduce(0) { $0 + $1.0 * $1.1 }
          for column in basis[index].indices { basis[index][column] -= overlap * basis[earlier][column] }
        }
        let length = basis[index].reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = length > 1e-12 ? 1 / length : 0
        for column in basis[index].indices { basis[index][column] *= scale }
      }
    }
  }
}
