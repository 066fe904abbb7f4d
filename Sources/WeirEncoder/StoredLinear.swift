import WeirTensor

/// Weights and bias of a linear map as the file has them; several matrices stand below each other.
struct StoredLinear {
  let parts: [WeightMatrix]
  let bias: [Float]
  /// For each column the largest magnitude of a weight, at least `smallest`; known once `plain` has read them.
  private var reach: [Float] = []
  private static let smallest: Float = 1e-5

  init(parts: [WeightMatrix], bias: [Float]) { (self.parts, self.bias) = (parts, bias) }

  var columns: Int { parts[0].columns }

  /// The int8 form for an input that is taken as it is.
  mutating func plain(kernels: Kernels) throws(TensorFailure) -> LinearMap {
    let reach = FloatBuffer(count: columns)
    reach.view.fill(Self.smallest)
    let map = try quantized([Float](repeating: 1, count: columns), kernels) { $0.raiseMagnitudes(in: reach.view) }
    self.reach = reach.view.array
    return map
  }

  /// The int8 form for an input whose columns reach `maxima`; `plain` comes first.
  func smoothed(for maxima: [Float], kernels: Kernels) throws(TensorFailure) -> LinearMap {
    try quantized(smoothing(maxima), kernels) { _ in }
  }

  private func quantized(
    _ smoothing: [Float], _ kernels: Kernels, seeing: (FloatView) -> Void
  ) throws(TensorFailure) -> LinearMap {
    var (part, first) = (0, 0)
    return try LinearMap(rows: bias.count, columns: columns, smoothing: smoothing, bias: bias, kernels: kernels) {
      row, out in
      if row - first == parts[part].rows { (part, first) = (part + 1, row) }
      parts[part].dequantizeRow(row - first, into: out)
      seeing(out)
    }
  }

  /// For each column the root of (reach of the input / reach of the weights), which shares the trouble of an outlier
  /// evenly between the two; their mean is 1.
  private func smoothing(_ maxima: [Float]) -> [Float] {
    precondition(reach.count == columns, "smoothing needs the reach of the weights, which the plain form finds")
    let factors = zip(maxima, reach).map { (max($0, Self.smallest) / $1).squareRoot() }
    let mean = factors.reduce(0, +) / Float(columns)
    let scaled = factors.map { $0 / mean }
    // Weights or activations beyond all measure: nothing to smooth them by.
    return scaled.allSatisfy { $0 > 0 && $0.isFinite } ? scaled : [Float](repeating: 1, count: columns)
  }
}
