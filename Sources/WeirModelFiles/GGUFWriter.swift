package import WeirFiles
package import WeirTensor

/// Builds a GGUF file (version 3, little-endian) in memory and writes it atomically.
///
/// Keys and tensors keep the order of their calls. Names and shapes are the caller's to get right: a writer's mistake
/// is a broken invariant and traps, it is no input.
package struct GGUFWriter: Sendable {
  private let version: UInt32
  private let alignment: Int
  private var values: [UInt8] = []
  private var valueCount = 0
  private var heads: [UInt8] = []
  private var tensorCount = 0
  private var data: [UInt8] = []

  /// `version` is 2 or 3 (the layout is the same); `alignment` a power of two, at least 8.
  package init(architecture: String, version: UInt32 = 3, alignment: Int = GGUFParser.defaultAlignment) {
    precondition(GGUFParser.versions.contains(version), "GGUF versions 2 and 3 can be written.")
    precondition(alignment >= 8 && alignment.nonzeroBitCount == 1, "An alignment is a power of two, at least 8.")
    self.version = version
    self.alignment = alignment
    set("general.architecture", architecture)
    if alignment != GGUFParser.defaultAlignment { set("general.alignment", UInt32(alignment)) }
  }

  package mutating func set(_ key: String, _ value: String) {
    head(key, .string)
    Self.append(value, to: &values)
  }

  package mutating func set(_ key: String, _ value: Bool) {
    head(key, .bool)
    values.append(value ? 1 : 0)
  }

  package mutating func set(_ key: String, _ value: UInt32) {
    head(key, .uint32)
    Self.append(value, to: &values)
  }

  package mutating func set(_ key: String, _ value: Float) {
    head(key, .float32)
    Self.append(value.bitPattern, to: &values)
  }

  package mutating func set(_ key: String, _ list: [String]) {
    array(key, .string, list.count)
    for text in list { Self.append(text, to: &values) }
  }

  package mutating func set(_ key: String, _ list: [Int32]) {
    array(key, .int32, list.count)
    for number in list { Self.append(number, to: &values) }
  }

  package mutating func set(_ key: String, _ list: [Float]) {
    array(key, .float32, list.count)
    for number in list { Self.append(number.bitPattern, to: &values) }
  }

  /// A tensor of `type` with `shape` in ggml order (columns first) and its stored bytes.
  package mutating func addTensor(_ name: String, type: TensorType, shape: [Int], bytes: [UInt8]) {
    precondition(
      type.byteCount(elements: shape.reduce(1, *)) == bytes.count, "The bytes do not fit the tensor's shape.")
    Self.append(name, to: &heads)
    Self.append(UInt32(shape.count), to: &heads)
    for size in shape { Self.append(UInt64(size), to: &heads) }
    Self.append(type.rawValue, to: &heads)
    pad(&data)
    Self.append(UInt64(data.count), to: &heads)
    data += bytes
    tensorCount += 1
  }

  /// An F32 tensor.
  package mutating func addTensor(_ name: String, shape: [Int], floats: [Float]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(floats.count * 4)
    for value in floats { Self.append(value.bitPattern, to: &bytes) }
    addTensor(name, type: .f32, shape: shape, bytes: bytes)
  }

  /// The whole file.
  package func bytes() -> [UInt8] {
    var file: [UInt8] = []
    file.reserveCapacity(values.count + heads.count + data.count + 64 + alignment)
    Self.append(GGUFParser.magic, to: &file)
    Self.append(version, to: &file)
    Self.append(UInt64(tensorCount), to: &file)
    Self.append(UInt64(valueCount), to: &file)
    file += values
    file += heads
    pad(&file)
    file += data
    return file
  }

  /// Writes the file under a temporary name and renames it.
  package func write(to path: String) throws(FileFailure) {
    try AtomicFile.write(bytes(), to: path, mode: 0o644)
  }

  private mutating func head(_ key: String, _ type: GGUFValueType) {
    Self.append(key, to: &values)
    Self.append(type.rawValue, to: &values)
    valueCount += 1
  }

  private mutating func array(_ key: String, _ type: GGUFValueType, _ count: Int) {
    head(key, .array)
    Self.append(type.rawValue, to: &values)
    Self.append(UInt64(count), to: &values)
  }

  private func pad(_ bytes: inout [UInt8]) {
    while !bytes.count.isMultiple(of: alignment) { bytes.append(0) }
  }

  static func append(_ text: String, to bytes: inout [UInt8]) {
    append(UInt64(text.utf8.count), to: &bytes)
    bytes += text.utf8
  }

  static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    var rest = number.littleEndian
    for _ in 0..<MemoryLayout<Number>.size {
      bytes.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }
}
