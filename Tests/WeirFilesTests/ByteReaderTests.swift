import Testing

@testable import WeirFiles

@Suite struct ByteReaderTests {
  @Test func `numbers are little-endian and follow each other`() throws {
    var reader = ByteReader(
      ByteRegion(name: "r", copying: [1, 2, 1, 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 128, 63, 9, 9]))
    #expect(try reader.readUInt8() == 1)
    #expect(try reader.readUInt16() == 0x0102)
    #expect(try reader.readUInt32() == 0x0102_0304)
    #expect(try reader.readUInt64() == 0x0102_0304_0506_0708)
    #expect(try reader.readFloat32() == 1)
    #expect(try reader.readRegion(count: 2).array == [9, 9])
    #expect(reader.remaining == 0)
  }

  @Test func `nothing is read past the end and a failed read moves nothing`() {
    var reader = ByteReader(ByteRegion(name: "r", copying: [1, 2, 3]))
    #expect(throws: FileFailure.truncated(name: "r", offset: 0, wanted: 4, available: 3)) { try reader.readUInt32() }
    #expect(throws: FileFailure.truncated(name: "r", offset: 0, wanted: .max, available: 3)) {
      try reader.readRegion(count: .max)
    }
    #expect(throws: FileFailure.truncated(name: "r", offset: 0, wanted: 1 << 63, available: 3)) {
      try reader.skip(1 << 63)
    }
    #expect(reader.offset == 0)
  }

  @Test func `texts are skipped all or not at all`() throws {
    var bytes: [UInt8] = [7]
    for text in ["", "abc", "\u{e9}"] {
      bytes += [UInt8(text.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(text.utf8)
    }
    var reader = ByteReader(ByteRegion(name: "r", copying: bytes + [9]))
    try reader.skip(1)
    try reader.skipTexts(count: 0)
    #expect(reader.offset == 1)
    try reader.skipTexts(count: 3)
    #expect(try reader.readUInt8() == 9)
    for cut in 1..<bytes.count {
      var reader = ByteReader(ByteRegion(name: "r", copying: Array(bytes[..<cut])))
      try reader.skip(1)
      #expect(throws: FileFailure.self) { try reader.skipTexts(count: 3) }
      #expect(reader.offset == 1)
    }
    var endless = ByteReader(ByteRegion(name: "r", copying: [UInt8](repeating: 255, count: 16)))
    #expect(throws: FileFailure.truncated(name: "r", offset: 8, wanted: .max, available: 8)) {
      try endless.skipTexts(count: 1)
    }
  }
}
