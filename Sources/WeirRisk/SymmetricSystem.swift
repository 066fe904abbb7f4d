/// Solves A x = b for a symmetric positive definite A by Cholesky's decomposition.
package enum SymmetricSystem {
  /// `matrix` row by row, as many rows as `right` has values; nil where it is not positive definite.
  package static func solve(_ matrix: [Double], _ right: [Double]) -> [Double]? {
    let size = right.count
    precondition(matrix.count == size * size, "A system has as many equations as unknowns.")
    var lower = matrix
    for i in 0..<size {
      for j in 0...i {
        var sum = lower[i * size + j]
        for k in 0..<j { sum -= lower[i * size + k] * lower[j * size + k] }
        if i == j {
          guard sum > 0 else { return nil }
          lower[i * size + i] = sum.squareRoot()
        } else {
          lower[i * size + j] = sum / lower[j * size + j]
        }
      }
    }
    var x = right
    for i in 0..<size {
      for k in 0..<i { x[i] -= lower[i * size + k] * x[k] }
      x[i] /= lower[i * size + i]
    }
    for i in (0..<size).reversed() {
      for k in (i + 1)..<max(size, i + 1) { x[i] -= lower[k * size + i] * x[k] }
      x[i] /= lower[i * size + i]
    }
    return x
  }
}
