package import WeirFiles

/// A GGUF model file, versions 2 and 3: typed metadata and tensors over a mapped file.
///
/// Opening reads and checks the head only; tensors are touched when used. Every count and offset was checked against
/// the file, so a tensor's bytes are all there.
package struct GGUFFile: Sendable {
  package let region: ByteRegion
  package let version: UInt32
  /// Tensors begin at multiples of this many bytes: a power of two, at least 8.
  package let alignment: Int
  /// Metadata keys in the order of the file.
  package let keys: [String]
  package let tensors: [GGUFTensor]
  /// Nil for a file whose weights lie as ggml stores them.
  package private(set) var packed: PackedHead?
  /// Where the data of tensors begins, in bytes from the front.
  let dataStart: Int
  /// Where each of `keys` stands, with its type and value.
  let keyRanges: [Range<Int>]
  private let metadata: [String: GGUFValue]
  private let tensorIndex: [String: Int]
  private let knownFingerprint: String?

  /// Maps and checks the file at `path`.
  package init(path: String) throws(ModelFileFailure) {
    let region: ByteRegion
    do throws(FileFailure) { region = try ByteRegion(path: path) } catch { throw .file(error) }
    try self.init(region)
  }

  /// Checks the model in `region`; the region's name stands in errors.
  ///
  /// `fingerprint` is the region's SHA-256 where the caller knows it already.
  package init(_ region: ByteRegion, fingerprint: String? = nil) throws(ModelFileFailure) {
    var parser = GGUFParser(region)
    try parser.parse()
    self.region = region
    knownFingerprint = fingerprint
    version = parser.version
    alignment = parser.alignment
    keys = parser.keys
    keyRanges = parser.keyRanges
    dataStart = parser.dataStart
    tensors = parser.tensors
    metadata = parser.metadata
    var index: [String: Int] = [:]
    for (position, tensor) in parser.tensors.enumerated() { index[tensor.name] = position }
    tensorIndex = index
    packed = try PackedHead(self)
  }

  /// What errors call the file.
  package var name: String { region.name }

  /// SHA-256 of the whole file in hexadecimal: the fingerprint that other models refer to. A packed file has that of the
  /// file it was made from.
  package var fingerprint: String { packed?.source ?? knownFingerprint ?? SHA256Digest(of: region).hex }

  package func has(_ key: String) -> Bool { metadata[key] != nil }

  /// The raw value, nil where the key is absent.
  package func value(_ key: String) -> GGUFValue? { metadata[key] }

  /// Where the key with its type and value stands, nil where it is absent.
  func range(ofValue key: String) -> Range<Int>? { keys.firstIndex(of: key).map { keyRanges[$0] } }

  // MARK: Tensors

  /// The tensor, or nil: for parts that a model may lack, such as biases.
  package func tensorIfPresent(_ name: String) -> GGUFTensor? { tensorIndex[name].map { tensors[$0] } }

  /// The tensor, or `missingTensor`.
  package func tensor(_ name: String) throws(ModelFileFailure) -> GGUFTensor {
    guard let tensor = tensorIfPresent(name) else { throw .missingTensor(file: self.name, tensor: name) }
    return tensor
  }

  /// The tensor with exactly `shape` (columns first); trailing dimensions of one may be left out or added.
  package func tensor(_ name: String, shape: [Int]) throws(ModelFileFailure) -> GGUFTensor {
    let tensor = try tensor(name)
    let width = max(tensor.shape.count, shape.count)
    let found = tensor.shape + Array(repeating: 1, count: width - tensor.shape.count)
    let allowed = shape + Array(repeating: 1, count: width - shape.count)
    guard found == allowed else {
      throw .wrongShape(file: self.name, tensor: name, found: tensor.shape, allowed: shape)
    }
    return tensor
  }
}
