import CWeirKernels

/// Panels apart from a matrix, for files that hold them ready.
extension WeightMatrix {
  /// Panels begin at multiples of this many bytes.
  package static let alignment = Int(WEIR_PANEL_ALIGNMENT)

  /// Bytes of the packed form; throws for a shape that no matrix can have.
  package static func packedByteCount(type: TensorType, rows: Int, columns: Int) throws(TensorFailure) -> Int {
    guard (1...Int.max / 2).contains(rows), columns > 0 else { throw .shape(rows: rows, columns: columns) }
    // The padded matrix in the widest type bounds every size computed from here on, in C as well.
    let (elements, overflow) = (rows + rowsPerPanel).multipliedReportingOverflow(by: columns)
    guard !overflow, elements <= Int.max / 8 else { throw .shape(rows: rows, columns: columns) }
    guard columns.isMultiple(of: type.blockSize) else {
      throw .columns(type: type, found: columns, multipleOf: type.blockSize)
    }
    return weir_packed_bytes(type.kernelType, rows, columns)
  }

  /// The packed form of the bytes of a GGUF tensor, or of some of its rows.
  ///
  /// Panels do not depend on each other: those of rows 0 to 31 followed by those of rows 32 to 40 are those of all 41,
  /// where every part but the last is a multiple of `rowsPerPanel`.
  package static func pack(
    type: TensorType, rows: Int, columns: Int, bytes: [UInt8]
  ) throws(TensorFailure) -> [UInt8] {
    let matrix = try unsafe WeightMatrix(type: type, rows: rows, columns: columns, bytes: bytes.span.bytes)
    return unsafe [UInt8](UnsafeRawBufferPointer(start: matrix.panels, count: matrix.byteCount))
  }
}
