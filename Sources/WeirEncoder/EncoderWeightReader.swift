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

  func linear(_ name: String, columns: Int, rows: Int) throws(EncoderFailure) -> EncoderWeights.Linear {
    let weight = try matrix(name + ".weight", columns: columns, rows: rows)
    return EncoderWeights.Linear(weight: weight, bias: try vector(name + ".bias", rows))
  }

  func norm(_ name: String, _ width: Int) throws(EncoderFailure) -> EncoderWeights.Norm {
    EncoderWeights.Norm(weight: try vector(name + ".weight", width), bias: try vector(name + ".bias", width))
  }

  /// Query, key and value of a layer, one after the other, so that one product makes all three.
  func fused(layer: Int, width: Int) throws(EncoderFailure) -> EncoderWeights.Linear {
    // Packed files have them fused.
    let fused = "blk.\(layer).attn_qkv"
    if file.tensorIfPresent(fused + ".weight") != nil { return try linear(fused, columns: width, rows: 3 * width) }
    var types: [TensorType] = []
    var bytes: [UInt8] = []
    var bias: [Float] = []
    for part in ["q", "k", "v"] {
      let name = "blk.\(layer).attn_\(part)"
      let tensor = try tensor(name + ".weight", shape: [width, width])
      let weights = try weights(of: tensor)
      if weights.isPacked { throw .model(.missingTensor(file: file.name, tensor: fused + ".weight")) }
      types.append(weights.type)
      bytes += weights.region.array
      bias += try vector(name + ".bias", width)
    }
    guard let type = types.first, types.allSatisfy({ $0 == type }) else {
      throw .mixedTypes(file: file.name, layer: layer, found: types)
    }
    let name = "blk.\(layer).attn_q.weight"
    let all = StoredWeights(type: type, isPacked: false, region: ByteRegion(name: file.name, copying: bytes))
    let weight: WeightMatrix
    do { weight = try all.matrix(rows: 3 * width, columns: width) } catch {
      throw .weights(file: file.name, tensor: name, error)
    }
    return EncoderWeights.Linear(weight: weight, bias: bias)
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
