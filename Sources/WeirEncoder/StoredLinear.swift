import WeirTensor

/// Weights and bias of a linear map as the file has them; several matrices stand below each other.
struct StoredLinear {
  let parts: [WeightMatrix]
  let bias: [Float]

  var columns: Int { parts[0].columns }

  /// The int8 form, for an input whose columns reach `maxima`; without them the input is taken as it is.
  func quantized(maxima: [Float]?, kernels: Kernels) throws(TensorFailure) -> LinearMap {
    var (part, first) = (0, 0)
    return try LinearMap(
      rows: bias.count, columns: columns, smoothing: maxima.map(smoothing) ?? [Float](repeating: 1, count: columns),
      bias: bias, kernels: kernels
    ) { row, out in
      if row - first == parts[part].rows { (part, first) = (part + 1, row) }
      parts[part].dequantizeRow(row - first, into: out)
    }
  }

  /// For each column the root of (reach of the input / reach of the weights), which shares the trouble of an outlier
  /// evenly between the two; their mean is 1.
  private func smoothing(_ maxima: [Float]) -> [Float] {
    let smallest: Float = 1e-5
    var reach = [Float](repeating: smallest, count: columns)
    let buffer = FloatBuffer(count: columns)
    for part in parts {
      for row in 0..<part.rows {
        part.dequantizeRow(row, into: buffer.view)
        for (column, weight) in buffer.view.array.enumerated() { reach[column] = max(reach[column], weight.magnitude) }
      }
    }
    let factors = zip(maxima, reach).map { (max($0, smallest) / $1).squareRoot() }
    let mean = factors.reduce(0, +) / Float(columns)
    let scaled = factors.map { $0 / mean }
    // Weights or activations beyond all measure: nothing to smooth them by.
    return scaled.allSatisfy { $0 > 0 && $0.isFinite } ? scaled : [Float](repeating: 1, count: columns)
  }
}
