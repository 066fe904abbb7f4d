import WeirFiles
import WeirModelFiles
import WeirTensor

/// The embeddings of the vocabulary: vocabulary x width, of which a text needs a few rows.
///
/// Q8_0 and F32 rows are read where they lie in the file, so that of a mapped table only the pages of words that occur
/// are ever touched; others come packed.
enum TokenTable: Sendable {
  case q8_0(ByteRegion, width: Int)
  case f32(ByteRegion, width: Int)
  case packed(WeightMatrix)

  /// Writes the row of a token, which is inside the vocabulary, into a view of `width` floats.
  func row(_ identifier: Int32, into out: FloatView, kernels: Kernels) {
    let index = Int(identifier)
    switch self {
    case .q8_0(let region, let width):
      let bytes = width / 32 * 34
      region.withSpan { kernels.unpackQ8_0($0.extracting(index * bytes..<(index + 1) * bytes), into: out) }
    case .f32(let region, let width):
      region.withSpan { out.assign($0.extracting(index * 4 * width..<(index + 1) * 4 * width)) }
    case .packed(let matrix): matrix.dequantizeRow(index, into: out)
    }
  }
}
