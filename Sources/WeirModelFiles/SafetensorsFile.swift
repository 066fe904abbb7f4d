internal import WeirDomain
package import WeirFiles
package import WeirTensor

/// A safetensors file: a JSON head that names tensors, and their bytes behind it, over a mapped file.
///
/// Opening reads and checks the head only. Every shape and offset was checked against the file: tensors lie one after the
/// other, without overlap or gap, and fill it. Format: 8 bytes of head length (little-endian), the head, the data.
package struct SafetensorsFile: Sendable {
  package struct Tensor: Sendable {
    package let name: String
    /// As the file spells it, such as `F32` or `I64`.
    package let typeName: String
    /// Row-major, as PyTorch shows it: the last dimension is contiguous.
    package let shape: [Int]
    package let region: ByteRegion

    /// Nil for types that hold no weights.
    package var type: TensorType? {
      switch typeName {
      case "F32": .f32
      case "F16": .f16
      case "BF16": .bf16
      default: nil
      }
    }
  }

  package let region: ByteRegion
  package let tensors: [String: Tensor]

  /// The longest head that is read; published models have some 10 KB.
  static let longestHead: UInt64 = 16 << 20
  private static let mostDimensions = 8
  private static let bytesPerElement = [
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2, "I8": 1,
    "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
  ]

  package init(path: String) throws(ModelFileFailure) {
    let region: ByteRegion
    do throws(FileFailure) { region = try ByteRegion(path: path) } catch { throw .file(error) }
    try self.init(region)
  }

  /// Checks the file in `region`; the region's name stands in errors.
  package init(_ region: ByteRegion) throws(ModelFileFailure) {
    self.region = region
    let name = region.name
    guard region.count >= 8 else {
      throw .truncated(file: name, reading: "the head's length", offset: 0, wanted: 8, remaining: region.count)
    }
    let length = region.number(at: 0, as: UInt64.self)
    let most = min(UInt64(region.count - 8), Self.longestHead)
    guard length <= most else {
      throw .absurdCount(file: name, what: "bytes of head", found: length, allowed: most)
    }
    let dataStart = 8 + Int(length)
    let members = try Self.head(region.array(in: 8..<dataStart), file: name)
    var end = 0
    var tensors: [String: Tensor] = [:]
    var places: [(begin: Int, tensor: Tensor)] = []
    for (key, value) in members where key != "__metadata__" {
      let (begin, tensor) = try Self.tensor(key, value, region: region, dataStart: dataStart)
      tensors[key] = tensor
      places.append((begin, tensor))
    }
    // Empty tensors lie where another one begins: they come first there.
    places.sort {
      ($0.begin, $0.tensor.region.count, $0.tensor.name) < ($1.begin, $1.tensor.region.count, $1.tensor.name)
    }
    for (index, place) in places.enumerated() {
      guard place.begin >= end else {
        throw .overlappingTensors(file: name, tensor: places[index - 1].tensor.name, other: place.tensor.name)
      }
      guard place.begin == end else {
        throw Self.bad(name, place.tensor.name, "data at \(place.begin)", "data at \(end), where the one before ends")
      }
      end = place.begin + place.tensor.region.count
    }
    guard end == region.count - dataStart else {
      throw Self.bad(name, "the tensors", "\(end) bytes", "the \(region.count - dataStart) bytes behind the head")
    }
    self.tensors = tensors
  }

  private static func head(_ bytes: [UInt8], file: String) throws(ModelFileFailure) -> [String: JSONValue] {
    let value: JSONValue
    do throws(JSONReader.Failure) { value = try JSONReader.read(bytes) } catch {
      throw bad(file, "the head", "no JSON text at byte \(error.offset)", "a JSON object with the tensors")
    }
    guard case .object(let members) = value else {
      throw bad(file, "the head", "another JSON value", "a JSON object with the tensors")
    }
    return members
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, region: ByteRegion, dataStart: Int
  ) throws(ModelFileFailure) -> (begin: Int, tensor: Tensor) {
    let file = region.name
    guard !name.isEmpty, name.utf8.count <= 512 else {
      throw .tensorNameTooLong(file: file, found: UInt64(name.utf8.count), allowed: 512)
    }
    guard let typeName = value["dtype"]?.text, let size = bytesPerElement[typeName] else {
      let found = value["dtype"]?.text.map { String($0.prefix(20)) } ?? "no dtype"
      throw .unsupportedTensorType(file: file, tensor: name, found: found)
    }
    guard let dimensions = value["shape"]?.array, dimensions.count <= mostDimensions else {
      throw bad(file, "the shape of \(name)", "no list", "at most \(mostDimensions) sizes")
    }
    var shape: [Int] = []
    var bytes = size
    for dimension in dimensions {
      guard let count = dimension.count else { throw bad(file, "the shape of \(name)", "no size", "natural numbers") }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: count)
      guard !overflow else { throw .overflowingShape(file: file, tensor: name, shape: shape.map { UInt64($0) }) }
      shape.append(count)
      bytes = product
    }
    guard let offsets = value["data_offsets"]?.array, offsets.count == 2, let begin = offsets[0].count,
      let end = offsets[1].count, begin <= end
    else { throw bad(file, "the data_offsets of \(name)", "something else", "begin and end") }
    let available = region.count - dataStart
    guard end <= available else {
      throw .tensorOutsideFile(
        file: file, tensor: name, offset: UInt64(begin), bytes: end - begin, available: available)
    }
    guard end - begin == bytes else {
      throw bad(file, "the data_offsets of \(name)", "\(end - begin) bytes", "\(bytes) for its type and shape")
    }
    do throws(FileFailure) {
      let data = try region.slice(at: dataStart + begin, count: bytes)
      return (begin, Tensor(name: name, typeName: typeName, shape: shape, region: data))
    } catch {
      throw .file(error)
    }
  }

  private static func bad(_ file: String, _ key: String, _ found: String, _ allowed: String) -> ModelFileFailure {
    .badValue(file: file, key: key, found: found, allowed: allowed)
  }
}

extension SafetensorsFile {
  package func tensor(_ name: String) throws(ModelFileFailure) -> Tensor {
    guard let tensor = tensors[name] else { throw .missingTensor(file: region.name, tensor: name) }
    return tensor
  }

  /// The finite elements of a tensor with exactly this shape, row after row: a copy.
  package func floats(_ name: String, shape: [Int]) throws(ModelFileFailure) -> [Float] {
    let tensor = try tensor(name)
    guard tensor.shape == shape else {
      throw .wrongShape(file: region.name, tensor: name, found: tensor.shape, allowed: shape)
    }
    let count = shape.reduce(1, *)
    let values: [Float]
    switch tensor.type {
    case .f32: values = tensor.region.numbers(UInt32.self, count: count).map { Float(bitPattern: $0) }
    case .f16: values = tensor.region.numbers(UInt16.self, count: count).map { Float(Float16(bitPattern: $0)) }
    case .bf16: values = tensor.region.numbers(UInt16.self, count: count).map { Float(bitPattern: UInt32($0) << 16) }
    default:
      throw .wrongTensorType(file: region.name, tensor: name, found: tensor.typeName, allowed: "F32, F16 or BF16")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(file: region.name, tensor: name, index: index)
    }
    return values
  }
}
