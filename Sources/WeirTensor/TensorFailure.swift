/// Why weights could not become a matrix: a fact about the data given, never a bug of the caller.
package enum TensorFailure: Error, Equatable, Sendable {
  /// A shape that no matrix can have, or whose size overflows.
  case shape(rows: Int, columns: Int)
  /// Block types store columns in whole blocks.
  case columns(type: TensorType, found: Int, multipleOf: Int)
  /// The bytes given are not those of the shape.
  case byteCount(type: TensorType, found: Int, expected: Int)
  /// Packed weights begin this many bytes behind a multiple of `expected`.
  case alignment(type: TensorType, found: Int, expected: Int)
}
