package import WeirFiles
package import WeirTensor

/// One tensor of a GGUF file: where its bytes lie and how they are to be read.
package struct GGUFTensor: Sendable {
  package let name: String
  /// ggml's number of the type, supported or not.
  package let typeIdentifier: UInt32
  /// ggml order: `shape[0]` is the columns (contiguous), `shape[1]` the rows. 1 to 4 dimensions, none zero.
  package let shape: [Int]
  /// Offset of the first byte from the start of the file.
  package let byteOffset: Int
  /// The tensor's bytes; nil where the type is not supported, because its size is not known then.
  let bytes: ByteRegion?
  let file: String

  /// The type where it is supported and stored as ggml stores it; listing a file with others is fine, using them throws.
  package var supportedType: TensorType? { TensorType(rawValue: typeIdentifier) }

  /// The type of weights that lie packed for the kernels; nil for all others.
  package var packedType: TensorType? { PackedType.type(ofIdentifier: typeIdentifier) }

  /// Name of the type for listings, such as "Q8_0", "packed Q8_0" or "type 77".
  package var typeName: String {
    if let packedType { return "packed \(packedType.name)" }
    return TensorType.name(ofIdentifier: typeIdentifier) ?? "type \(typeIdentifier)"
  }

  package var columns: Int { shape[0] }
  /// Product of all dimensions but the first.
  package var rows: Int { shape.dropFirst().reduce(1, *) }
  package var elementCount: Int { shape.reduce(1, *) }
  /// Bytes in the file, nil for an unsupported type.
  package var byteCount: Int? { bytes?.count }

  /// The type, or `unsupportedTensorType`.
  package func type() throws(ModelFileFailure) -> TensorType {
    guard let type = supportedType else {
      throw .unsupportedTensorType(file: file, tensor: name, found: typeName)
    }
    return type
  }

  /// The stored bytes: rows of blocks, as many as shape and type demand.
  package func region() throws(ModelFileFailure) -> ByteRegion {
    guard let bytes, supportedType != nil else {
      throw .unsupportedTensorType(file: file, tensor: name, found: typeName)
    }
    return bytes
  }

  /// The elements of an F32, F16 or BF16 tensor as floats: a copy; other types throw `wrongTensorType`.
  ///
  /// Every element must be finite where `finite` is set.
  package func floats(finite: Bool = true) throws(ModelFileFailure) -> [Float] {
    let type = try type()
    let region = try region()
    let count = elementCount
    let values: [Float]
    switch type {
    case .f32: values = region.numbers(UInt32.self, count: count).map { Float(bitPattern: $0) }
    case .f16: values = region.numbers(UInt16.self, count: count).map { Float(Float16(bitPattern: $0)) }
    case .bf16: values = region.numbers(UInt16.self, count: count).map { Float(bitPattern: UInt32($0) << 16) }
    default:
      throw .wrongTensorType(file: file, tensor: name, found: type.name, allowed: "F32, F16 or BF16")
    }
    if finite, let index = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(file: file, tensor: name, index: index)
    }
    return values
  }
}
