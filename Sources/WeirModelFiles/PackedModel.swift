internal import WeirFiles
internal import WeirTensor

/// Writes packed files: a model's weights once in the layout that the kernels read, to be mapped from then on.
///
/// The file is GGUF version 3 with the original's metadata, an alignment of 64, and `weir.packed.*` behind it. Weights
/// begin at a multiple of 4096 bytes. Little of the model is in memory at any time: some hundred rows, and the pages of
/// the tensor at work.
package struct PackedModel {
  private let file: GGUFFile
  private let entries: [PackingPlan.Entry]
  /// Where each entry begins behind the head.
  private let offsets: [Int]
  private let head: PackedHeadWriter
  /// Bytes of the file that `write` makes.
  package let byteCount: Int

  /// Weights begin at a multiple of this in the file, so that their pages hold nothing else.
  private static let page = 4096
  /// Rows that are packed at once: whole panels.
  private static let stripRows = 16 * WeightMatrix.rowsPerPanel

  /// Checks and lays out; nothing is written yet. The fingerprint of `file` is taken, which may read all of it.
  package init(_ file: GGUFFile, plan: PackingPlan) throws(ModelFileFailure) {
    self.file = file
    entries = plan.entries
    var end = 0
    var places: [Int] = []
    for entry in entries {
      places.append(Self.aligned(end, to: WeightMatrix.alignment))
      end = places[places.count - 1] + (try Self.byteCount(of: entry, in: file))
    }
    // Offsets and digests have fixed lengths, so the head's length is known before either.
    var head = PackedHeadWriter(file, entries: entries)
    let gap = Self.aligned(head.byteCount, to: Self.page) - head.byteCount
    offsets = places.map { $0 + gap }
    byteCount = head.byteCount + gap + end
    head.place(offsets, fileBytes: byteCount)
    self.head = head
  }

  private static func aligned(_ count: Int, to unit: Int) -> Int { (count + unit - 1) / unit * unit }

  /// Writes the file, readable for this user alone; what stands at `path` is replaced when it is whole.
  ///
  /// `progress` hears how many of `byteCount` bytes are written.
  package func write(to path: String, progress: (Int) -> Void = { _ in }) throws(ModelFileFailure) {
    let output: NewFile
    do throws(FileFailure) {
      output = try NewFile(target: path)
      try output.append(head.bytes(data: nil, head: nil))
    } catch {
      throw .file(error)
    }
    var digest = SHA256Stream()
    var position = 0
    func add(_ bytes: [UInt8]) throws(ModelFileFailure) {
      do throws(FileFailure) { try output.append(bytes) } catch { throw .file(error) }
      digest.append(bytes)
      position += bytes.count
      progress(head.byteCount + position)
    }
    for (entry, offset) in zip(entries, offsets) {
      try add([UInt8](repeating: 0, count: offset - position))
      switch entry.form {
      case .plain: try writePlain(entry, add)
      case .packed(let type): try writePacked(entry, type, add)
      }
      entry.tensor.bytes?.releasePages()
    }
    do throws(FileFailure) {
      let data = digest.digest.hex
      let own = SHA256Digest(of: head.bytes(data: data, head: nil)).hex
      try output.replaceStart(with: head.bytes(data: data, head: own))
      try output.publish()
    } catch {
      throw .file(error)
    }
  }

  // MARK: Data

  private static func byteCount(of entry: PackingPlan.Entry, in file: GGUFFile) throws(ModelFileFailure) -> Int {
    switch entry.form {
    case .plain: return entry.shape.reduce(4, *)
    case .packed(let type):
      guard let bytes = try? PackedType.byteCount(type: type, shape: entry.shape) else {
        throw .overflowingShape(file: file.name, tensor: entry.name, shape: entry.shape.map { UInt64($0) })
      }
      return bytes
    }
  }

  private func writePlain(
    _ entry: PackingPlan.Entry, _ add: ([UInt8]) throws(ModelFileFailure) -> Void
  ) throws(ModelFileFailure) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(entry.tensor.elementCount * 4)
    for value in try entry.tensor.floats(finite: false) { GGUFWriter.append(value.bitPattern, to: &bytes) }
    try add(bytes)
  }

  private func writePacked(
    _ entry: PackingPlan.Entry, _ type: TensorType, _ add: ([UInt8]) throws(ModelFileFailure) -> Void
  ) throws(ModelFileFailure) {
    let (columns, rows) = (entry.shape[0], entry.shape.count > 1 ? entry.shape[1] : 1)
    let count = entry.shape.dropFirst(2).reduce(1, *)
    for index in 0..<count {
      var written = 0
      for first in stride(from: 0, to: rows, by: Self.stripRows) {
        let strip = first..<min(first + Self.stripRows, rows)
        let bytes = try self.rows(index * rows + strip.lowerBound..<index * rows + strip.upperBound, of: entry.tensor)
        let panels: [UInt8]
        do throws(TensorFailure) {
          panels = try WeightMatrix.pack(type: type, rows: strip.count, columns: columns, bytes: bytes)
        } catch {
          throw .badValue(file: file.name, key: entry.name, found: error.message, allowed: "weights that can be packed")
        }
        try add(panels)
        written += panels.count
      }
      if index + 1 < count {
        try add([UInt8](repeating: 0, count: Self.aligned(written, to: WeightMatrix.alignment) - written))
      }
    }
  }

  /// Rows as the original stores them, counted through all its matrices.
  private func rows(_ wanted: Range<Int>, of tensor: GGUFTensor) throws(ModelFileFailure) -> [UInt8] {
    let region = try tensor.region()
    let rowBytes = region.count / tensor.rows
    let place = wanted.lowerBound * rowBytes..<wanted.upperBound * rowBytes
    let bytes = region.array(in: place)
    try? region.slice(at: place.lowerBound, count: place.count).releasePages()
    return bytes
  }
}
