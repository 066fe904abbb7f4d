import WeirFiles

@testable import WeirModelFiles

/// Writes GGUF files by hand, right or wrong: the tests' own idea of the format, apart from `GGUFWriter`.
struct GGUFBytes {
  var bytes: [UInt8] = []

  /// Magic, version and counts.
  init(magic: String = "GGUF", version: UInt32 = 3, tensors: UInt64 = 0, values: UInt64 = 0) {
    bytes = Array(magic.utf8)
    number(version)
    number(tensors)
    number(values)
  }

  mutating func number<Number: FixedWidthInteger>(_ value: Number) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  mutating func text(_ text: String) { raw(Array(text.utf8)) }

  mutating func raw(_ text: [UInt8]) {
    number(UInt64(text.count))
    bytes += text
  }

  mutating func head(_ key: String, _ type: UInt32) {
    text(key)
    number(type)
  }

  mutating func tensor(_ name: String, shape: [UInt64], type: UInt32 = 0, offset: UInt64 = 0) {
    text(name)
    number(UInt32(shape.count))
    for size in shape { number(size) }
    number(type)
    number(offset)
  }

  /// Pads to the alignment and adds `count` bytes of tensor data.
  mutating func data(_ count: Int, alignment: Int = 32) {
    while bytes.count % alignment != 0 { bytes.append(0) }
    bytes += Array(repeating: 0, count: count)
  }

  var region: ByteRegion { ByteRegion(name: "m.gguf", copying: bytes) }

  /// What opening throws, nil where the file opens.
  var failure: ModelFileFailure? {
    do throws(ModelFileFailure) {
      _ = try GGUFFile(region)
      return nil
    } catch {
      return error
    }
  }
}
