/// Solves symmetric positive definite systems of a few unknowns.
enum Cholesky {
  /// x with A x = b; `matrix` is A, row after row, and holds its factor afterwards.
  ///
  /// A pivot below 1e-6 (vectors that are equal up to rounding) counts as 1e-6.
  static func solve(_ matrix: inout [Float], _ right: [Float]) -> [Float] {
    let count = right.count
    precondition(matrix.count == count * count, "a matrix fits its right side")
    for column in 0..<count {
      var pivot = matrix[column * count + column]
      for index in 0..<column { pivot -= matrix[column * count + index] * matrix[column * count + index] }
      let root = max(pivot, 1e-6).squareRoot()
      matrix[column * count + column] = root
      for row in (column + 1)..<max(count, column + 1) {
        var value = matrix[row * count + column]
        for index in 0..<column { value -= matrix[row * count + index] * matrix[column * count + index] }
        matrix[row * count + column] = value / root
      }
    }
    var solution = right
    for row in 0..<count {
      for index in 0..<row { solution[row] -= matrix[row * count + index] * solution[index] }
      solution[row] /= matrix[row * count + row]
    }
    for row in stride(from: count - 1, through: 0, by: -1) {
      for index in (row + 1)..<max(count, row + 1) { solution[row] -= matrix[index * count + row] * solution[index] }
      solution[row] /= matrix[row * count + row]
    }
    return solution
  }
}
