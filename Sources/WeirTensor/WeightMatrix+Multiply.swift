import CWeirKernels

extension WeightMatrix {
  /// y[t] = W x[t] (+ bias) for every token t of `x`; `y` is tokens x rows.
  ///
  /// Block types multiply int8 codes: each block's integer sum is exact, and the blocks are added in order by fused
  /// multiply-add, so the result has the same bits on every instruction set. It does not depend on the number of tokens.
  ///
  /// - Parameter range: the panels of 16 rows to compute (all, if nil); the other rows of `y` are left alone. Threads
  ///   that share a product call `x.quantize()` first.
  package func multiply(
    _ x: Activations, bias: [Float]? = nil, into y: FloatView, panels range: Range<Int>? = nil,
    kernels: Kernels = .active
  ) {
    precondition(x.columns == columns, "a matrix of \(columns) columns cannot multiply vectors of \(x.columns)")
    precondition(y.count == x.tokens * rows, "\(y.count) floats cannot hold \(x.tokens) tokens of \(rows) rows")
    precondition(bias == nil || bias?.count == rows, "a bias has one value for each of \(rows) rows")
    let range = range ?? 0..<panelCount
    precondition(range.lowerBound >= 0 && range.upperBound <= panelCount, "panels \(range) of \(panelCount)")
    if type.isQuantized { x.quantize(kernels: kernels) }
    var product = unsafe weir_product(
      panels: panels.assumingMemoryBound(to: UInt8.self), rows: rows, columns: columns,
      first_panel: range.lowerBound, end_panel: range.upperBound, tokens: x.tokens,
      x: x.source.pointer, x_stride: columns, codes: x.codes, scales: x.scales, sums: x.sums,
      half_sums: x.halfSums, bias: nil, y: y.pointer, y_stride: rows)
    guard let bias else {
      unsafe weir_multiply(kernels.table, type.kernelType, &product)
      return
    }
    unsafe bias.withUnsafeBufferPointer { values in
      unsafe product.bias = values.baseAddress
      unsafe weir_multiply(kernels.table, type.kernelType, &product)
    }
  }

  /// Row `index` as floats, as an embedding table is looked up; `out` has `columns` floats.
  package func dequantizeRow(_ index: Int, into out: FloatView) {
    precondition(index >= 0 && index < rows, "row \(index) of a matrix of \(rows)")
    precondition(out.count == columns, "\(out.count) floats cannot hold a row of \(columns)")
    unsafe weir_unpack_row(type.kernelType, panels.assumingMemoryBound(to: UInt8.self), index, columns, out.pointer)
  }
}
