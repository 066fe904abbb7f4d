import Testing
import WeirFiles

@testable import WeirModelFiles

/// Every way a file can lie, and the name of the error that it gets.
@Suite struct HostileGGUFTests {
  @Test func `bad magic`() {
    #expect(GGUFBytes(magic: "GGML").failure == .badMagic(file: "m.gguf", found: 0x4C4D_4747))
  }

  @Test(arguments: [0, 1, 4, UInt32.max]) func `a version that is not known`(version: UInt32) {
    #expect(
      GGUFBytes(version: version).failure == .unsupportedVersion(file: "m.gguf", found: version, allowed: 2...3))
  }

  @Test func `a big-endian file`() {
    #expect(GGUFBytes(version: UInt32(3).byteSwapped).failure == .bigEndian(file: "m.gguf"))
  }

  @Test func `a file cut anywhere is refused, never read past its end`() throws {
    var whole = GGUFBytes(tensors: 1, values: 3)
    whole.head("a", 8)
    whole.text("text")
    whole.head("b", 9)
    whole.number(UInt32(8))
    whole.number(UInt64(2))
    whole.text("x")
    whole.text("yz")
    whole.head("c", 7)
    whole.number(UInt8(1))
    whole.tensor("t", shape: [4, 2])
    whole.data(32)
    #expect(whole.failure == nil)
    for length in 0..<whole.bytes.count {
      var cut = whole
      cut.bytes.removeLast(whole.bytes.count - length)
      let failure = cut.failure
      #expect(failure != nil, "\(length)")
      #expect(failure?.message.contains("m.gguf") == true)
    }
    #expect(
      GGUFBytes(tensors: 0, values: 0).failure == nil
        && ByteRegionCases.failure(Array("GGUF".utf8))
          == .truncated(file: "m.gguf", reading: "the version", offset: 4, wanted: 4, remaining: 0)
    )
  }

  @Test func `more tensors or values than the file could hold`() {
    #expect(
      GGUFBytes(tensors: .max).failure
        == .absurdCount(file: "m.gguf", what: "tensors", found: .max, allowed: 0))
    var values = GGUFBytes(values: 100)
    values.bytes += Array(repeating: 0, count: 140)
    #expect(values.failure == .absurdCount(file: "m.gguf", what: "metadata values", found: 100, allowed: 10))
  }

  @Test func `an array or text longer than the file`() {
    var array = GGUFBytes(values: 1)
    array.head("k", 9)
    array.number(UInt32(4))
    array.number(UInt64(1) << 62)
    #expect(array.failure == .absurdCount(file: "m.gguf", what: "elements of k", found: 1 << 62, allowed: 0))
    var text = GGUFBytes(values: 1)
    text.head("k", 8)
    text.number(UInt64.max)
    #expect(
      text.failure
        == .truncated(file: "m.gguf", reading: "the text of k", offset: 45, wanted: .max, remaining: 0))
  }

  @Test func `a key that is empty or not UTF-8`() {
    var empty = GGUFBytes(values: 1)
    empty.text("")
    empty.bytes += Array(repeating: 0, count: 20)
    #expect(empty.failure == .badKey(file: "m.gguf", offset: 24))
    var broken = GGUFBytes(values: 1)
    broken.raw([0xFF, 0xFE])
    broken.bytes += Array(repeating: 0, count: 20)
    #expect(broken.failure == .badKey(file: "m.gguf", offset: 24))
  }

  @Test func `a key twice`() {
    var file = GGUFBytes(values: 2)
    for _ in 0..<2 {
      file.head("k", 0)
      file.number(UInt8(1))
    }
    file.bytes += [0, 0, 0, 0]
    #expect(file.failure == .duplicateKey(file: "m.gguf", key: "k"))
  }

  @Test func `a value type that is not known, also in an array`() {
    var scalar = GGUFBytes(values: 1)
    scalar.head("k", 13)
    scalar.number(UInt64(0))
    #expect(scalar.failure == .unknownValueType(file: "m.gguf", key: "k", found: 13))
    var array = GGUFBytes(values: 1)
    array.head("k", 9)
    array.number(UInt32(99))
    array.number(UInt64(0))
    #expect(array.failure == .unknownValueType(file: "m.gguf", key: "k", found: 99))
  }

  @Test func `an array of arrays`() {
    var file = GGUFBytes(values: 1)
    file.head("k", 9)
    file.number(UInt32(9))
    file.number(UInt64(0))
    #expect(file.failure == .nestedArray(file: "m.gguf", key: "k"))
  }

  @Test func `a truth value that is neither`() {
    var file = GGUFBytes(values: 1)
    file.head("k", 7)
    file.number(UInt8(2))
    #expect(file.failure == .badBoolean(file: "m.gguf", key: "k", found: 2))
  }

  @Test(arguments: [0, 1, 4, 33, 131_072] as [UInt32]) func `an alignment that is no power of two from 8 on`(
    alignment: UInt32
  ) {
    var file = GGUFBytes(values: 1)
    file.head("general.alignment", 4)
    file.number(alignment)
    #expect(file.failure == .badAlignment(file: "m.gguf", found: "\(alignment)"))
  }

  @Test func `an alignment that is a text`() {
    var file = GGUFBytes(values: 1)
    file.head("general.alignment", 8)
    file.text("32")
    #expect(file.failure == .badAlignment(file: "m.gguf", found: "a text"))
  }

  @Test func `a tensor name that is too long, empty or not UTF-8`() {
    var long = GGUFBytes(tensors: 1)
    long.tensor(String(repeating: "x", count: 65), shape: [1])
    long.data(4)
    #expect(long.failure == .tensorNameTooLong(file: "m.gguf", found: 65, allowed: 64))
    for name in [[], [0xC3]] as [[UInt8]] {
      var file = GGUFBytes(tensors: 1)
      file.raw(name)
      file.bytes += Array(repeating: 0, count: 64)
      #expect(file.failure == .badTensorName(file: "m.gguf", index: 0))
    }
  }

  @Test func `a tensor twice`() {
    var file = GGUFBytes(tensors: 2)
    file.tensor("t", shape: [1])
    file.tensor("t", shape: [1], offset: 32)
    file.data(64)
    #expect(file.failure == .duplicateTensor(file: "m.gguf", tensor: "t"))
  }

  @Test(arguments: [0, 5, 1000]) func `a tensor with no or more than four dimensions`(count: Int) {
    var file = GGUFBytes(tensors: 1)
    file.tensor("t", shape: Array(repeating: 1, count: count))
    file.data(64)
    #expect(
      file.failure == .badDimensionCount(file: "m.gguf", tensor: "t", found: UInt32(count), allowed: 1...4))
  }

  @Test(arguments: [[.max], [1 << 32, 1 << 32], [1 << 62, 2], [1 << 20, 1 << 20, 1 << 20, 1 << 20]] as [[UInt64]])
  func `a shape whose size overflows`(shape: [UInt64]) {
    var file = GGUFBytes(tensors: 1)
    file.tensor("t", shape: shape)
    file.data(64)
    #expect(file.failure == .overflowingShape(file: "m.gguf", tensor: "t", shape: shape))
  }

  @Test func `a shape with a zero`() {
    var file = GGUFBytes(tensors: 1)
    file.tensor("t", shape: [4, 0])
    file.data(64)
    #expect(file.failure == .emptyShape(file: "m.gguf", tensor: "t", shape: [4, 0]))
  }

  @Test func `columns that no block divides`() {
    var file = GGUFBytes(tensors: 1)
    file.tensor("t", shape: [48, 2], type: 8)
    file.data(512)
    #expect(file.failure == .columnsNotMultipleOfBlock(file: "m.gguf", tensor: "t", found: 48, block: 32))
  }

  @Test func `an offset that is not aligned`() {
    var file = GGUFBytes(tensors: 1)
    file.tensor("t", shape: [1], offset: 4)
    file.data(64)
    #expect(file.failure == .misalignedOffset(file: "m.gguf", tensor: "t", found: 4, alignment: 32))
  }

  @Test func `a tensor that begins or ends outside the file`() {
    for offset in [32, 64, UInt64(1) << 63, 0 &- 32] as [UInt64] {
      var file = GGUFBytes(tensors: 1)
      file.tensor("t", shape: [9], offset: offset)
      file.data(64)
      #expect(
        file.failure
          == .tensorOutsideFile(file: "m.gguf", tensor: "t", offset: offset, bytes: 36, available: 64))
    }
    var huge = GGUFBytes(tensors: 1)
    huge.tensor("t", shape: [1 << 40])
    huge.data(64)
    #expect(
      huge.failure
        == .tensorOutsideFile(file: "m.gguf", tensor: "t", offset: 0, bytes: 1 << 42, available: 64))
  }

  @Test func `tensors that overlap`() {
    var file = GGUFBytes(tensors: 2)
    file.tensor("a", shape: [9], offset: 32)
    file.tensor("b", shape: [9], offset: 0)
    file.data(128)
    #expect(file.failure == .overlappingTensors(file: "m.gguf", tensor: "b", other: "a"))
  }

  @Test func `a type that is not supported is listed, and refused where it is used`() throws {
    var file = GGUFBytes(tensors: 2)
    file.tensor("k", shape: [256], type: 10)
    file.tensor("u", shape: [256], type: 200, offset: 32)
    file.data(64)
    let opened = try GGUFFile(file.region)
    #expect(opened.tensors.map(\.typeName) == ["Q2_K", "type 200"])
    #expect(throws: ModelFileFailure.unsupportedTensorType(file: "m.gguf", tensor: "k", found: "Q2_K")) {
      try opened.tensor("k").region()
    }
  }

  @Test func `any damaged byte gives an error or a file, never a crash`() {
    var whole = GGUFBytes(tensors: 1, values: 2)
    whole.head("general.alignment", 4)
    whole.number(UInt32(32))
    whole.head("b", 9)
    whole.number(UInt32(8))
    whole.number(UInt64(2))
    whole.text("x")
    whole.text("yz")
    whole.tensor("t", shape: [4, 2])
    whole.data(32)
    for place in whole.bytes.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var file = whole
        file.bytes[place] = value
        guard let opened = try? GGUFFile(file.region) else { continue }
        for tensor in opened.tensors { _ = try? tensor.region() }
        for key in opened.keys { _ = try? opened.strings(key) }
      }
    }
  }
}

private enum ByteRegionCases {
  static func failure(_ bytes: [UInt8]) -> ModelFileFailure? {
    do throws(ModelFileFailure) {
      _ = try GGUFFile(ByteRegion(name: "m.gguf", copying: bytes))
      return nil
    } catch {
      return error
    }
  }
}
