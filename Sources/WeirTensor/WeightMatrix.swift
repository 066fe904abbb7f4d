import CWeirKernels

/// An immutable matrix of weights, packed for the kernels: rows x columns, in any supported type.
///
/// The packed form (panels of 16 rows, columns interleaved, scales beside their block; see `CWeirKernels.h`) is the only
/// copy: it serves products and single rows, so a tied embedding table is held once.
// @unchecked Sendable because the memory is written in `init` only, or by nobody where another owns it.
@safe package final class WeightMatrix: @unchecked Sendable {
  package let type: TensorType
  package let rows: Int
  package let columns: Int
  /// Bytes of the packed form, which is padded to whole panels.
  package let byteCount: Int
  let panels: UnsafeMutableRawPointer
  /// What keeps `panels` alive; nil where they are this matrix's own.
  private let owner: (any Sendable)?

  /// Rows that are packed together, and the unit in which a product can be split.
  package static let rowsPerPanel = Int(WEIR_PANEL_ROWS)

  package var panelCount: Int { (rows + Self.rowsPerPanel - 1) / Self.rowsPerPanel }

  /// Packs the bytes of a GGUF tensor: row after row, each in ggml's block layout. `bytes` may have any alignment and is
  /// not needed afterwards.
  package init(type: TensorType, rows: Int, columns: Int, bytes: RawSpan) throws(TensorFailure) {
    byteCount = try Self.packedByteCount(type: type, rows: rows, columns: columns)
    let expected = rows * columns / type.blockSize * type.bytesPerBlock
    guard bytes.byteCount == expected else {
      throw .byteCount(type: type, found: bytes.byteCount, expected: expected)
    }
    self.type = type
    self.rows = rows
    self.columns = columns
    owner = nil
    unsafe panels = .allocate(byteCount: byteCount, alignment: Self.alignment)
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe weir_pack(type.kernelType, first, rows, columns, panels)
    }
  }

  /// An F32 matrix of row-major values.
  package convenience init(rows: Int, columns: Int, values: [Float]) throws(TensorFailure) {
    try unsafe self.init(type: .f32, rows: rows, columns: columns, bytes: values.span.bytes)
  }

  /// Takes panels that lie ready in memory of `owner`, such as a mapped file: nothing is copied or read.
  ///
  /// `panels` is what `pack` wrote for this type and shape, begins at a multiple of 64 and stays as it is as long as
  /// `owner` lives. Any bytes are safe: wrong ones make wrong products.
  @unsafe
  package init(
    type: TensorType, rows: Int, columns: Int, panels: RawSpan, owner: any Sendable
  ) throws(TensorFailure) {
    let expected = try Self.packedByteCount(type: type, rows: rows, columns: columns)
    guard panels.byteCount == expected else {
      throw .byteCount(type: type, found: panels.byteCount, expected: expected)
    }
    let start = unsafe panels.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    guard start.isMultiple(of: UInt(Self.alignment)), let first = unsafe UnsafeMutableRawPointer(bitPattern: start)
    else {
      throw .alignment(type: type, found: Int(start % UInt(Self.alignment)), expected: Self.alignment)
    }
    self.type = type
    self.rows = rows
    self.columns = columns
    byteCount = expected
    unsafe self.panels = first
    self.owner = owner
  }

  deinit { if owner == nil { unsafe panels.deallocate() } }
}

extension TensorType {
  var kernelType: weir_weights {
    switch self {
    case .f32: WEIR_WEIGHTS_F32
    case .f16: WEIR_WEIGHTS_F16
    case .bf16: WEIR_WEIGHTS_BF16
    case .q8_0: WEIR_WEIGHTS_Q8_0
    case .q4_0: WEIR_WEIGHTS_Q4_0
    case .q5_0: WEIR_WEIGHTS_Q5_0
    case .q4_K: WEIR_WEIGHTS_Q4_K
    case .q5_K: WEIR_WEIGHTS_Q5_K
    case .q6_K: WEIR_WEIGHTS_Q6_K
    }
  }
}
