import CWeirKernels

/// y = W x + b for encoders: int8 weights with one scale a row, biases, and the smoothing of the input, packed in one
/// stretch of memory (see `CWeirEncoderKernels.h`).
///
/// Where `WeightMatrix` keeps a scale for each 32 columns, as files store it, this has one for a row, and activations
/// one for each 128 columns: fewer conversions, so a product of a few tokens comes close to the CPU's peak.
// @unchecked Sendable because the memory is written in `init` only and freed in `deinit`.
@safe package final class LinearMap: @unchecked Sendable {
  package let rows: Int
  package let columns: Int
  package let byteCount: Int
  /// Columns of the input that share a scale.
  package static let columnsPerScale = Int(WEIR_LINEAR_GROUP)
  private let packed: UnsafeMutablePointer<UInt8>

  /// Packs rows of any type, rounded to int8.
  ///
  /// - Parameters:
  ///   - smoothing: for each column what the input is divided and the weights are multiplied by; positive and finite.
  ///   - row: writes the weights of a row into a view of `columns` floats.
  package init(
    rows: Int, columns: Int, smoothing: [Float], bias: [Float], kernels: Kernels = .active,
    row: (Int, FloatView) -> Void
  ) throws(TensorFailure) {
    guard rows > 0, columns > 0, rows < Int.max / 16, columns < Int.max / 16,
      !(rows + 32).multipliedReportingOverflow(by: (columns + 32) * 8).overflow
    else { throw .shape(rows: rows, columns: columns) }
    precondition(smoothing.count == columns, "\(smoothing.count) factors cannot smooth \(columns) columns")
    precondition(smoothing.allSatisfy { $0 > 0 && $0.isFinite }, "smoothing is positive and finite")
    precondition(bias.count == rows, "a bias has one value for each of \(rows) rows")
    self.rows = rows
    self.columns = columns
    byteCount = weir_linear_bytes(rows, columns)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 64)
    unsafe packed = memory.bindMemory(to: UInt8.self, capacity: byteCount)
    unsafe weir_linear_clear(packed, rows, columns)
    let weights = FloatBuffer(count: columns)
    unsafe smoothing.withUnsafeBufferPointer { smoothing in
      guard let first = smoothing.baseAddress else { return }
      unsafe weir_linear_set_smoothing(packed, columns, first)
      for index in 0..<rows {
        row(index, weights.view)
        unsafe kernels.encoder.set_row(packed, columns, index, weights.view.pointer, first, bias[index])
      }
    }
  }

  deinit { unsafe packed.deallocate() }

  /// What the kernels take; valid while the map lives.
  var map: weir_linear { unsafe weir_linear(packed: packed, rows: rows, columns: columns) }
}
