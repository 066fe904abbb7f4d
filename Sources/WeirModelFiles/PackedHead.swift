internal import WeirFiles
internal import WeirTensor

/// What a packed file says of itself under `weir.packed.*`, checked against this program and the file's length.
///
/// A packed file is a GGUF file with the metadata of the model it was made from and its matrices in the kernels' layout.
/// Opening it reads the head alone. Its digests are for those who check the whole file: `verifyPacked`.
package struct PackedHead: Sendable, Equatable {
  /// Fingerprint of the file that was packed, by which other models know it.
  package let source: String
  /// SHA-256 of the bytes behind the head.
  let dataDigest: String
  /// SHA-256 of the head, in which this text itself is taken as zeros.
  let headDigest: String

  static let version = 1
  enum Key {
    static let prefix = "weir.packed."
    static let version = "weir.packed.version"
    static let layout = "weir.packed.layout"
    static let panelRows = "weir.packed.panel_rows"
    static let source = "weir.packed.source_sha256"
    static let bytes = "weir.packed.bytes"
    static let data = "weir.packed.data_sha256"
    static let head = "weir.packed.head_sha256"
  }
  static let noDigest = String(repeating: "0", count: 64)

  /// Nil for a file that is not packed.
  init?(_ file: GGUFFile) throws(ModelFileFailure) {
    guard file.has(Key.version) else {
      guard let tensor = file.tensors.first(where: { $0.packedType != nil }) else { return nil }
      throw .unsupportedTensorType(file: file.name, tensor: tensor.name, found: tensor.typeName)
    }
    _ = try file.uint(Key.version, in: Self.version...Self.version)
    let layout = try file.string(Key.layout)
    guard layout == PackedLayout.identifier else {
      throw .badValue(
        file: file.name, key: Key.layout, found: String(layout.prefix(16)),
        allowed: "\(PackedLayout.identifier) for this Weir: pack the model again with weir models pack")
    }
    _ = try file.uint(Key.panelRows, in: WeightMatrix.rowsPerPanel...WeightMatrix.rowsPerPanel)
    let bytes = try file.uint(Key.bytes)
    guard bytes == file.region.count else {
      throw .badValue(
        file: file.name, key: Key.bytes, found: "\(bytes)",
        allowed: "\(file.region.count), the length of the file: it was cut or changed, pack the model again")
    }
    source = try Self.digest(Key.source, file)
    dataDigest = try Self.digest(Key.data, file)
    headDigest = try Self.digest(Key.head, file)
  }

  private static func digest(_ key: String, _ file: GGUFFile) throws(ModelFileFailure) -> String {
    let text = try file.string(key)
    guard SHA256Digest.normalizedHex(text) == text else {
      throw .badValue(file: file.name, key: key, found: String(text.prefix(64)), allowed: "64 hexadecimal digits")
    }
    return text
  }
}

extension GGUFFile {
  /// Reads a packed file from its first to its last byte and compares its digests; does nothing for other files.
  package func verifyPacked() throws(ModelFileFailure) {
    guard let packed, let place = range(ofValue: PackedHead.Key.head) else { return }
    let digits = place.upperBound - PackedHead.noDigest.utf8.count
    let found: (head: String, data: String)
    do throws(FileFailure) {
      var head = SHA256Stream()
      head.append(try region.slice(at: 0, count: digits))
      head.append(Array(PackedHead.noDigest.utf8))
      head.append(try region.slice(at: place.upperBound, count: dataStart - place.upperBound))
      let data = SHA256Digest(of: try region.slice(at: dataStart, count: region.count - dataStart))
      found = (head.digest.hex, data.hex)
    } catch {
      throw .file(error)
    }
    for (key, found, allowed) in [
      (PackedHead.Key.head, found.head, packed.headDigest), (PackedHead.Key.data, found.data, packed.dataDigest),
    ] where found != allowed {
      throw .badValue(
        file: name, key: key, found: allowed, allowed: "\(found): the file is damaged, pack the model again")
    }
  }
}
