internal import WeirFiles
internal import WeirTensor

/// The head of a packed file: the original's metadata, what `PackedHead` reads, and the list of tensors.
struct PackedHeadWriter {
  private let values: [UInt8]
  private let valueCount: Int
  private let entries: [PackingPlan.Entry]
  private let source: String
  private var offsets: [Int]
  private var fileBytes = 0
  /// Whole alignments; known before offsets and digests, which have fixed lengths.
  private(set) var byteCount = 0

  init(_ file: GGUFFile, entries: [PackingPlan.Entry]) {
    var values: [UInt8] = []
    var count = 0
    for (key, range) in zip(file.keys, file.keyRanges)
    where key != "general.alignment" && !key.hasPrefix(PackedHead.Key.prefix) {
      values += file.region.array(in: range)
      count += 1
    }
    self.values = values
    valueCount = count
    self.entries = entries
    source = file.fingerprint
    offsets = entries.map { _ in 0 }
    byteCount = bytes(data: nil, head: nil).count
  }

  mutating func place(_ offsets: [Int], fileBytes: Int) {
    self.offsets = offsets
    self.fileBytes = fileBytes
  }

  /// The head with these digests, or with zeros in their place.
  func bytes(data: String?, head: String?) -> [UInt8] {
    let own = ownValues(data: data ?? PackedHead.noDigest, head: head ?? PackedHead.noDigest)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count + entries.count * 96 + 1024)
    GGUFWriter.append(GGUFParser.magic, to: &bytes)
    GGUFWriter.append(UInt32(3), to: &bytes)
    GGUFWriter.append(UInt64(entries.count), to: &bytes)
    GGUFWriter.append(UInt64(valueCount + own.count), to: &bytes)
    bytes += values
    for value in own { bytes += value }
    for (entry, offset) in zip(entries, offsets) {
      GGUFWriter.append(entry.name, to: &bytes)
      GGUFWriter.append(UInt32(entry.shape.count), to: &bytes)
      for size in entry.shape { GGUFWriter.append(UInt64(size), to: &bytes) }
      switch entry.form {
      case .plain: GGUFWriter.append(TensorType.f32.rawValue, to: &bytes)
      case .packed(let type): GGUFWriter.append(PackedType.identifier(of: type), to: &bytes)
      }
      GGUFWriter.append(UInt64(offset), to: &bytes)
    }
    while !bytes.count.isMultiple(of: WeightMatrix.alignment) { bytes.append(0) }
    return bytes
  }

  private func ownValues(data: String, head: String) -> [[UInt8]] {
    typealias Key = PackedHead.Key
    return [
      number("general.alignment", UInt32(WeightMatrix.alignment)),
      number(Key.version, UInt32(PackedHead.version)), text(Key.layout, PackedLayout.identifier),
      number(Key.panelRows, UInt32(WeightMatrix.rowsPerPanel)), text(Key.source, source),
      number(Key.bytes, UInt64(fileBytes)), text(Key.data, data), text(Key.head, head),
    ]
  }

  private func number<Number: FixedWidthInteger>(_ key: String, _ value: Number) -> [UInt8] {
    var bytes: [UInt8] = []
    GGUFWriter.append(key, to: &bytes)
    let type: GGUFValueType = MemoryLayout<Number>.size == 8 ? .uint64 : .uint32
    GGUFWriter.append(type.rawValue, to: &bytes)
    GGUFWriter.append(value, to: &bytes)
    return bytes
  }

  private func text(_ key: String, _ value: String) -> [UInt8] {
    var bytes: [UInt8] = []
    GGUFWriter.append(key, to: &bytes)
    GGUFWriter.append(GGUFValueType.string.rawValue, to: &bytes)
    GGUFWriter.append(value, to: &bytes)
    return bytes
  }
}
