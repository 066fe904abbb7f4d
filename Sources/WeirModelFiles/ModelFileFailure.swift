package import WeirFiles

/// Why a model file was refused: facts only, `message` makes the sentence.
///
/// Every case names the file; `tensor` and `key` are names from the file itself, already known to be text.
package enum ModelFileFailure: Error, Equatable, Sendable {
  /// The file could not be opened or mapped.
  case file(FileFailure)

  // The container.
  case badMagic(file: String, found: UInt32)
  case bigEndian(file: String)
  case unsupportedVersion(file: String, found: UInt32, allowed: ClosedRange<UInt32>)
  /// The file ends inside `reading`: `wanted` bytes at `offset`, `remaining` left.
  case truncated(file: String, reading: String, offset: Int, wanted: UInt64, remaining: Int)
  /// A count that the bytes that remain cannot hold.
  case absurdCount(file: String, what: String, found: UInt64, allowed: UInt64)

  // Metadata.
  case badKey(file: String, offset: Int)
  case duplicateKey(file: String, key: String)
  case unknownValueType(file: String, key: String, found: UInt32)
  case nestedArray(file: String, key: String)
  case badBoolean(file: String, key: String, found: UInt8)
  case badAlignment(file: String, found: String)
  case missingKey(file: String, key: String)
  case wrongValueType(file: String, key: String, found: String, allowed: String)
  case badValue(file: String, key: String, found: String, allowed: String)

  // Tensors.
  case badTensorName(file: String, index: Int)
  case tensorNameTooLong(file: String, found: UInt64, allowed: Int)
  case duplicateTensor(file: String, tensor: String)
  case badDimensionCount(file: String, tensor: String, found: UInt32, allowed: ClosedRange<UInt32>)
  case overflowingShape(file: String, tensor: String, shape: [UInt64])
  case emptyShape(file: String, tensor: String, shape: [UInt64])
  case columnsNotMultipleOfBlock(file: String, tensor: String, found: Int, block: Int)
  case misalignedOffset(file: String, tensor: String, found: UInt64, alignment: Int)
  case tensorOutsideFile(file: String, tensor: String, offset: UInt64, bytes: Int, available: Int)
  case overlappingTensors(file: String, tensor: String, other: String)
  case unsupportedTensorType(file: String, tensor: String, found: String)
  case missingTensor(file: String, tensor: String)
  case wrongShape(file: String, tensor: String, found: [Int], allowed: [Int])
  case wrongTensorType(file: String, tensor: String, found: String, allowed: String)
  /// A weight that is NaN or infinite.
  case notFinite(file: String, tensor: String, index: Int)

  // Vocabularies.
  case unknownTokenizer(file: String, found: String)
  /// A merge rule (`index` in the list) that is not two tokens of the vocabulary whose union is a token.
  case badMerge(file: String, index: Int)
  case missingToken(file: String, token: String)

  // Models that belong together.
  case wrongEncoder(file: String, found: String, allowed: String)
}
