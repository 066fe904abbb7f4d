import COpenBLAS

/// Products of dense float matrices by OpenBLAS, for training: row-major, on the caller's thread.
///
/// The same operands give the same bits on the same kind of processor; another kind may round differently, unlike the
/// kernels that answer prompts.
package enum DenseProduct {
  /// A matrix as it is stored, and whether its transpose is meant.
  package struct Operand {
    let view: FloatView
    let rows: Int
    let columns: Int
    let isTransposed: Bool

    /// `rows` and `columns` are those of the stored matrix.
    package init(_ view: FloatView, rows: Int, columns: Int, transposed: Bool = false) {
      precondition(view.count == rows * columns, "\(view.count) floats are no \(rows) x \(columns) matrix")
      self.view = view
      self.rows = rows
      self.columns = columns
      isTransposed = transposed
    }

    var height: Int { isTransposed ? columns : rows }
    var width: Int { isTransposed ? rows : columns }
  }

  /// out = factor a b, or out += factor a b where it `accumulates`; `out` must not share memory with `a` or `b`.
  package static func multiply(
    _ a: Operand, _ b: Operand, into out: FloatView, factor: Float = 1, accumulates: Bool = false
  ) {
    precondition(a.width == b.height, "a matrix of \(a.width) columns cannot multiply one of \(b.height) rows")
    precondition(out.count == a.height * b.width, "\(out.count) floats cannot hold \(a.height) x \(b.width)")
    guard out.count > 0, a.width > 0 else { return }
    unsafe weir_sgemm(
      a.isTransposed, b.isTransposed, Int32(a.height), Int32(b.width), Int32(a.width), factor, a.view.pointer,
      Int32(a.columns), b.view.pointer, Int32(b.columns), accumulates ? 1 : 0, out.pointer, Int32(b.width))
  }
}
