internal import WeirFiles
internal import WeirTensor

/// Which arrangement of packed weights this program's kernels read.
package enum PackedLayout {
  /// Two of the largest blocks, so that what lies between two counts as well.
  static let columns = 512

  /// Sixteen hexadecimal digits of a digest over small matrices of every type, packed: it changes by itself with any
  /// change of a layout, so that a file which was packed for other kernels is never multiplied.
  package static let identifier: String = {
    var stream = SHA256Stream()
    for type in TensorType.allCases {
      // One panel and one row more, so that padding counts too.
      let rows = WeightMatrix.rowsPerPanel + 1
      guard let count = type.byteCount(elements: rows * columns) else { continue }
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 251) }
      guard let panels = try? WeightMatrix.pack(type: type, rows: rows, columns: columns, bytes: bytes) else {
        continue
      }
      stream.append(Array("\(type.name) \(panels.count)\n".utf8))
      stream.append(panels)
    }
    return String(stream.digest.hex.prefix(16))
  }()
}
