package import WeirFiles
package import WeirTensor

/// How packed weights are named in a file: ggml's number of the type, plus a base that ggml does not use.
///
/// A packed tensor of shape [columns, rows, ...] holds its matrices of rows x columns one after the other, each as
/// `WeightMatrix` keeps it in memory, at multiples of `WeightMatrix.alignment` bytes.
package enum PackedType {
  /// "WP" in the upper half.
  static let base: UInt32 = 0x5750_0000

  package static func identifier(of type: TensorType) -> UInt32 { base + type.rawValue }

  package static func type(ofIdentifier identifier: UInt32) -> TensorType? {
    identifier >= base ? TensorType(rawValue: identifier - base) : nil
  }

  /// Bytes from one matrix to the next.
  static func stride(type: TensorType, rows: Int, columns: Int) throws(TensorFailure) -> Int {
    let bytes = try WeightMatrix.packedByteCount(type: type, rows: rows, columns: columns)
    let (padded, overflow) = bytes.addingReportingOverflow(WeightMatrix.alignment - 1)
    guard !overflow else { throw .shape(rows: rows, columns: columns) }
    return padded / WeightMatrix.alignment * WeightMatrix.alignment
  }

  /// Bytes of a tensor of this shape; the last matrix is not padded. Nil where the product overflows.
  static func byteCount(type: TensorType, shape: [Int]) throws(TensorFailure) -> Int? {
    let (columns, rows) = (shape[0], shape.count > 1 ? shape[1] : 1)
    let last = try WeightMatrix.packedByteCount(type: type, rows: rows, columns: columns)
    let stride = try stride(type: type, rows: rows, columns: columns)
    let (before, overflow) = (shape.dropFirst(2).reduce(1, *) - 1).multipliedReportingOverflow(by: stride)
    let (bytes, more) = before.addingReportingOverflow(last)
    return overflow || more ? nil : bytes
  }
}

/// The weights of a tensor as they lie in a file: as ggml stores them, or packed for the kernels.
package struct StoredWeights: Sendable {
  package let type: TensorType
  package let isPacked: Bool
  package let region: ByteRegion

  package init(type: TensorType, isPacked: Bool, region: ByteRegion) {
    self.type = type
    self.isPacked = isPacked
    self.region = region
  }

  /// `count` matrices that lie one after the other. Packed ones stay in the file and nothing of them is read; others
  /// are packed into memory.
  package func matrices(count: Int, rows: Int, columns: Int) throws(TensorFailure) -> [WeightMatrix] {
    let stride = isPacked ? try PackedType.stride(type: type, rows: rows, columns: columns) : region.count / count
    let size = isPacked ? try WeightMatrix.packedByteCount(type: type, rows: rows, columns: columns) : stride
    guard (count - 1) * stride + size == region.count else {
      throw .byteCount(type: type, found: region.count, expected: (count - 1) * stride + size)
    }
    var result: [WeightMatrix] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      let matrix = try region.withSpan { (bytes) throws(TensorFailure) in
        let part = bytes.extracting(index * stride..<index * stride + size)
        guard isPacked else { return try WeightMatrix(type: type, rows: rows, columns: columns, bytes: part) }
        // unsafe because the matrix keeps the region, and with it the mapping whose bytes it points to.
        return try unsafe WeightMatrix(type: type, rows: rows, columns: columns, panels: part, owner: region)
      }
      result.append(matrix)
    }
    // What was packed into memory is not read from the file again.
    if !isPacked { region.releasePages() }
    return result
  }

  /// The only matrix.
  package func matrix(rows: Int, columns: Int) throws(TensorFailure) -> WeightMatrix {
    try matrices(count: 1, rows: rows, columns: columns)[0]
  }
}

extension GGUFTensor {
  /// The bytes as weights, whichever way they are stored.
  package func weights() throws(ModelFileFailure) -> StoredWeights {
    if let packedType, let bytes { return StoredWeights(type: packedType, isPacked: true, region: bytes) }
    return StoredWeights(type: try type(), isPacked: false, region: try region())
  }
}
