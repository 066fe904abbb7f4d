import WeirFiles
import WeirTensor

/// Reads the head of a GGUF file (magic, counts, metadata, tensor list) and checks it against the bytes there are.
///
/// Source: the GGUF specification of ggml (docs/gguf.md), versions 2 and 3, little-endian. Nothing is allocated by a
/// count before the bytes that remain could hold that many of the smallest element.
struct GGUFParser {
  static let magic: UInt32 = 0x4655_4747  // "GGUF" read as a little-endian number
  static let versions: ClosedRange<UInt32> = 2...3
  static let defaultAlignment = 32
  static let longestTensorName = 64
  static let dimensions: ClosedRange<UInt32> = 1...4

  let file: String
  private var reader: ByteReader
  private(set) var version: UInt32 = 0
  private(set) var alignment = defaultAlignment
  private(set) var metadata: [String: GGUFValue] = [:]
  private(set) var keys: [String] = []
  /// Where each key with its type and value stands in the file.
  private(set) var keyRanges: [Range<Int>] = []
  /// Where the data of tensors begins.
  private(set) var dataStart = 0
  private(set) var tensors: [GGUFTensor] = []

  init(_ region: ByteRegion) {
    file = region.name
    reader = ByteReader(region)
  }

  mutating func parse() throws(ModelFileFailure) {
    let magic = try read("the magic number") { (reader) throws(FileFailure) in try reader.readUInt32() }
    guard magic == Self.magic else { throw .badMagic(file: file, found: magic) }
    version = try read("the version") { (reader) throws(FileFailure) in try reader.readUInt32() }
    if Self.versions.contains(version.byteSwapped) { throw .bigEndian(file: file) }
    guard Self.versions.contains(version) else {
      throw .unsupportedVersion(file: file, found: version, allowed: Self.versions)
    }
    // The smallest tensor entry is a name's length and one byte, one dimension, type and offset.
    let tensorCount = try count("tensors", smallest: 8 + 1 + 4 + 8 + 4 + 8)
    let valueCount = try count("metadata values", smallest: 8 + 1 + 4 + 1)
    for _ in 0..<valueCount { try parseMetadata() }
    alignment = try checkedAlignment()
    let heads = try parseTensorHeads(tensorCount)
    try placeTensors(heads)
  }

  // MARK: Reading with the part's name in the error

  private mutating func read<Result>(
    _ part: @autoclosure () -> String, _ body: (inout ByteReader) throws(FileFailure) -> Result
  ) throws(ModelFileFailure) -> Result {
    do throws(FileFailure) {
      return try body(&reader)
    } catch {
      if case .truncated(_, let offset, let wanted, let available) = error {
        throw .truncated(file: file, reading: part(), offset: offset, wanted: wanted, remaining: available)
      }
      throw .file(error)
    }
  }

  /// A 64-bit count of things that take at least `smallest` bytes each.
  private mutating func count(_ what: String, smallest: Int) throws(ModelFileFailure) -> Int {
    let found = try read("the number of \(what)") { (reader) throws(FileFailure) in try reader.readUInt64() }
    let allowed = UInt64(reader.remaining / smallest)
    guard found <= allowed else { throw .absurdCount(file: file, what: what, found: found, allowed: allowed) }
    return Int(found)
  }

  private mutating func text(_ part: @autoclosure () -> String) throws(ModelFileFailure) -> ByteRegion {
    try read(part()) { (reader) throws(FileFailure) in
      let length = try reader.readUInt64()
      return try reader.readRegion(count: length)
    }
  }

  // MARK: Metadata

  private mutating func parseMetadata() throws(ModelFileFailure) {
    let offset = reader.offset
    let index = keys.count
    let bytes = try text("metadata key \(index)")
    guard bytes.count > 0, let key = bytes.text else { throw .badKey(file: file, offset: offset) }
    if metadata[key] != nil { throw .duplicateKey(file: file, key: key) }
    let type = try valueType(of: key)
    let value = type == .array ? try array(key) : try scalar(type, key)
    metadata[key] = value
    keys.append(key)
    keyRanges.append(offset..<reader.offset)
  }

  private mutating func valueType(of key: String) throws(ModelFileFailure) -> GGUFValueType {
    let found = try read("the type of \(key)") { (reader) throws(FileFailure) in try reader.readUInt32() }
    guard let type = GGUFValueType(rawValue: found) else {
      throw .unknownValueType(file: file, key: key, found: found)
    }
    return type
  }

  private mutating func scalar(_ type: GGUFValueType, _ key: String) throws(ModelFileFailure) -> GGUFValue {
    if type == .string { return .string(try text("the text of \(key)")) }
    let value = try read("the value of \(key)") { (reader) throws(FileFailure) -> GGUFValue in
      switch type {
      case .uint8: .unsigned(UInt64(try reader.readUInt8()))
      case .int8: .signed(Int64(Int8(bitPattern: try reader.readUInt8())))
      case .uint16: .unsigned(UInt64(try reader.readUInt16()))
      case .int16: .signed(Int64(Int16(bitPattern: try reader.readUInt16())))
      case .uint32: .unsigned(UInt64(try reader.readUInt32()))
      case .int32: .signed(Int64(Int32(bitPattern: try reader.readUInt32())))
      case .uint64: .unsigned(try reader.readUInt64())
      case .int64: .signed(Int64(bitPattern: try reader.readUInt64()))
      case .float32: .float(Double(try reader.readFloat32()))
      case .float64: .float(try reader.readFloat64())
      case .bool, .string, .array: .unsigned(UInt64(try reader.readUInt8()))
      }
    }
    guard type == .bool, case .unsigned(let byte) = value else { return value }
    guard byte <= 1 else { throw .badBoolean(file: file, key: key, found: UInt8(byte)) }
    return .bool(byte == 1)
  }

  private mutating func array(_ key: String) throws(ModelFileFailure) -> GGUFValue {
    let type = try valueType(of: key)
    if type == .array { throw .nestedArray(file: file, key: key) }
    let count = try count("elements of \(key)", smallest: type.fixedSize ?? 8)
    let start = reader.offset
    if let size = type.fixedSize {
      let region = try read("the elements of \(key)") { (reader) throws(FileFailure) in
        try reader.readRegion(count: UInt64(count * size))
      }
      return .array(GGUFArray(elementType: type, count: count, region: region))
    }
    try read("the texts of \(key)") { (reader) throws(FileFailure) in
      try reader.skipTexts(count: count)
    }
    let region: ByteRegion
    do throws(FileFailure) {
      region = try reader.region.slice(at: start, count: reader.offset - start)
    } catch {
      throw .file(error)
    }
    return .array(GGUFArray(elementType: .string, count: count, region: region))
  }

  private func checkedAlignment() throws(ModelFileFailure) -> Int {
    switch metadata["general.alignment"] {
    case nil: return Self.defaultAlignment
    case .unsigned(let found):
      guard (8...65536).contains(found), found.nonzeroBitCount == 1 else {
        throw .badAlignment(file: file, found: "\(found)")
      }
      return Int(found)
    case .some(let value): throw .badAlignment(file: file, found: value.kind)
    }
  }

  // MARK: Tensors

  private struct TensorHead {
    let name: String
    let shape: [Int]
    let type: UInt32
    let offset: UInt64
  }

  private mutating func parseTensorHeads(_ count: Int) throws(ModelFileFailure) -> [TensorHead] {
    var heads: [TensorHead] = []
    heads.reserveCapacity(count)
    var names: Set<String> = []
    for index in 0..<count {
      let name = try tensorName(index)
      guard names.insert(name).inserted else { throw .duplicateTensor(file: file, tensor: name) }
      let shape = try shape(of: name)
      let type = try read("the type of tensor \(name)") { (reader) throws(FileFailure) in try reader.readUInt32() }
      let offset = try read("the offset of tensor \(name)") { (reader) throws(FileFailure) in try reader.readUInt64() }
      heads.append(TensorHead(name: name, shape: shape, type: type, offset: offset))
    }
    return heads
  }

  private mutating func tensorName(_ index: Int) throws(ModelFileFailure) -> String {
    let length = try read("the name of tensor \(index)") { (reader) throws(FileFailure) in try reader.readUInt64() }
    guard length <= Self.longestTensorName else {
      throw .tensorNameTooLong(file: file, found: length, allowed: Self.longestTensorName)
    }
    let bytes = try read("the name of tensor \(index)") { (reader) throws(FileFailure) in
      try reader.readRegion(count: length)
    }
    guard bytes.count > 0, let name = bytes.text else { throw .badTensorName(file: file, index: index) }
    return name
  }

  private mutating func shape(of tensor: String) throws(ModelFileFailure) -> [Int] {
    let count = try read("the shape of tensor \(tensor)") { (reader) throws(FileFailure) in try reader.readUInt32() }
    guard Self.dimensions.contains(count) else {
      throw .badDimensionCount(file: file, tensor: tensor, found: count, allowed: Self.dimensions)
    }
    var shape: [UInt64] = []
    for _ in 0..<count {
      shape.append(
        try read("the shape of tensor \(tensor)") { (reader) throws(FileFailure) in try reader.readUInt64() })
    }
    var product = 1
    for size in shape {
      if size == 0 { throw .emptyShape(file: file, tensor: tensor, shape: shape) }
      let (next, overflow) = product.multipliedReportingOverflow(by: Int(exactly: size) ?? .max)
      // Eight bytes is the widest element there is: the size in bytes must not overflow either.
      if overflow || next > Int.max / 8 { throw .overflowingShape(file: file, tensor: tensor, shape: shape) }
      product = next
    }
    return shape.map { Int($0) }
  }

  /// Gives every tensor its bytes; the data begins at the next multiple of the alignment after the list.
  private mutating func placeTensors(_ heads: [TensorHead]) throws(ModelFileFailure) {
    let start = (reader.offset + alignment - 1) / alignment * alignment
    dataStart = start
    let available = max(reader.region.count - start, 0)
    tensors.reserveCapacity(heads.count)
    for head in heads {
      guard head.offset.isMultiple(of: UInt64(alignment)) else {
        throw .misalignedOffset(file: file, tensor: head.name, found: head.offset, alignment: alignment)
      }
      // A type that is not supported has no known size, but its first byte must be in the file too.
      let needed = try byteCount(head) ?? 1
      guard needed <= available, head.offset <= UInt64(available - needed) else {
        throw .tensorOutsideFile(
          file: file, tensor: head.name, offset: head.offset, bytes: needed, available: available)
      }
      let offset = start + Int(head.offset)
      var bytes: ByteRegion?
      if TensorType(rawValue: head.type) != nil || PackedType.type(ofIdentifier: head.type) != nil {
        bytes = try? reader.region.slice(at: offset, count: needed)
      }
      tensors.append(
        GGUFTensor(
          name: head.name, typeIdentifier: head.type, shape: head.shape, byteOffset: offset, bytes: bytes, file: file))
    }
    try checkOverlaps()
  }

  private func byteCount(_ head: TensorHead) throws(ModelFileFailure) -> Int? {
    if let packed = PackedType.type(ofIdentifier: head.type) { return try packedByteCount(head, packed) }
    guard let type = TensorType(rawValue: head.type) else { return nil }
    guard head.shape[0].isMultiple(of: type.blockSize) else {
      throw .columnsNotMultipleOfBlock(file: file, tensor: head.name, found: head.shape[0], block: type.blockSize)
    }
    guard let bytes = type.byteCount(elements: head.shape.reduce(1, *)) else {
      throw .overflowingShape(file: file, tensor: head.name, shape: head.shape.map { UInt64($0) })
    }
    return bytes
  }

  private func packedByteCount(_ head: TensorHead, _ type: TensorType) throws(ModelFileFailure) -> Int {
    guard alignment.isMultiple(of: WeightMatrix.alignment) else {
      throw .badAlignment(file: file, found: "\(alignment) with packed tensors")
    }
    let shape = head.shape
    guard shape[0].isMultiple(of: type.blockSize) else {
      throw .columnsNotMultipleOfBlock(file: file, tensor: head.name, found: shape[0], block: type.blockSize)
    }
    guard let bytes = try? PackedType.byteCount(type: type, shape: shape) else {
      throw .overflowingShape(file: file, tensor: head.name, shape: shape.map { UInt64($0) })
    }
    return bytes
  }

  private func checkOverlaps() throws(ModelFileFailure) {
    let sorted = tensors.sorted { $0.byteOffset < $1.byteOffset }
    for (tensor, next) in zip(sorted, sorted.dropFirst())
    where tensor.byteOffset + (tensor.byteCount ?? 1) > next.byteOffset {
      throw .overlappingTensors(file: file, tensor: tensor.name, other: next.name)
    }
  }
}
