import WeirFiles
import WeirModelFiles
import WeirTensor

/// Takes named tensors of one shape out of a model file.
struct EncoderWeightReader {
  let file: GGUFFile

  /// A packed matrix of rows x columns.
  func matrix(_ name: String, columns: Int, rows: Int) throws(EncoderFailure) -> WeightMatrix {
    let weights = try weights(of: tensor(name, shape: [columns, rows]))
    do { return try weights.matrix(rows: rows, columns: columns) } catch {
      throw .weights(file: file.name, tensor: name, error)
    }
  }

  func linear(_ name: String, columns: Int, rows: Int) throws(EncoderFailure) -> StoredLinear {
    let weight = try matrix(name + ".weight", columns: columns, rows: rows)
    return StoredLinear(parts: [weight], bias: try vector(name + ".bias", rows))
  }

  func norm(_ name: String, _ width: Int) throws(EncoderFailure) -> EncoderWeights.Norm {
    EncoderWeights.Norm(weight: try vector(name + ".weight", width), bias: try vector(name + ".bias", width))
  }

  /// Query, key and value of a layer, one after the other, so that one product makes all three.
  func fused(layer: Int, width: Int) throws(EncoderFailure) -> StoredLinear {
    var parts: [WeightMatrix] = []
    var bias: [Float] = []
    for part in ["q", "k", "v"] {
      let one = try linear("blk.\(layer).attn_\(part)", columns: width, rows: width)
      parts += one.parts
      bias += one.bias
    }
    return StoredLinear(parts: parts, bias: bias)
  }

  /// The rows of the vocabulary.
  func tokens(_ name: String, columns: Int, rows: Int) throws(EncoderFailure) -> TokenTable {
    let stored = try weights(of: tensor(name, shape: [columns, rows]))
    // A width that is not whole blocks is for the matrix to refuse.
    if !stored.isPacked, columns.isMultiple(of: stored.type.blockSize) {
      switch stored.type {
      case .q8_0: return .q8_0(stored.region, width: columns)
      case .f32: return .f32(stored.region, width: columns)
      default: break
      }
    }
    return .packed(try matrix(name, columns: columns, rows: rows))
  }

  /// A small table of at least `count` rows as floats.
  func table(_ name: String, columns: Int, atLeast count: Int) throws(EncoderFailure) -> [Float] {
    let rows: Int
    do { rows = try file.tensor(name).rows } catch { throw .model(error) }
    guard rows >= count else {
      let found = [columns, rows]
      throw .model(.wrongShape(file: file.name, tensor: name, found: found, allowed: [columns, count]))
    }
    if let values = try? file.tensor(name, shape: [columns, rows]).floats(finite: false) {
      return Array(values[..<(count * columns)])
    }
    let matrix = try matrix(name, columns: columns, rows: rows)
    let buffer = FloatBuffer(count: count * columns)
    for row in 0..<count { matrix.dequantizeRow(row, into: buffer.view.row(row, width: columns)) }
    return buffer.view.array
  }

  private func vector(_ name: String, _ count: Int) throws(EncoderFailure) -> [Float] {
    do { return try file.tensor(name, shape: [count]).floats() } catch { throw .model(error) }
  }

  private func tensor(_ name: String, shape: [Int]) throws(EncoderFailure) -> GGUFTensor {
    do { return try file.tensor(name, shape: shape) } catch { throw .model(error) }
  }

  private func weights(of tensor: GGUFTensor) throws(EncoderFailure) -> StoredWeights {
    do { return try tensor.weights() } catch { throw .model(error) }
  }
}
