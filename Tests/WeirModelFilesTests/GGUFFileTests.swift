import Testing
import WeirFiles
import WeirTensor

@testable import WeirModelFiles

@Suite struct GGUFFileTests {
  @Test(arguments: [2, 3] as [UInt32], [32, 64, 8]) func `what the writer writes the reader reads`(
    version: UInt32, alignment: Int
  ) throws {
    var writer = GGUFWriter(architecture: "test", version: version, alignment: alignment)
    writer.set("text", "naïve\0")
    writer.set("flag", true)
    writer.set("count", UInt32(7))
    writer.set("ratio", Float(0.5))
    writer.set("texts", ["", "a", "日本"])
    writer.set("ints", [Int32.min, 0, 5])
    writer.set("floats", [Float(1.5), -2])
    writer.addTensor("one", shape: [3], floats: [1, 2, 3])
    writer.addTensor("two", type: .q8_0, shape: [32, 2], bytes: (0..<68).map { UInt8($0) })
    writer.addTensor("half", type: .f16, shape: [2, 1], bytes: [0x00, 0x3C, 0x00, 0xC0])
    writer.addTensor("brain", type: .bf16, shape: [1, 2], bytes: [0x80, 0x3F, 0x00, 0x40])
    let file = try GGUFFile(ByteRegion(name: "w", copying: writer.bytes()))
    #expect(file.version == version)
    #expect(file.alignment == alignment)
    #expect(try file.architecture == "test")
    #expect(try file.string("text") == "naïve\0")
    #expect(try file.bool("flag"))
    #expect(try file.uint("count") == 7)
    #expect(try file.float("ratio") == 0.5)
    #expect(try file.strings("texts") == ["", "a", "日本"])
    #expect(try file.ints("ints") == [-2_147_483_648, 0, 5])
    #expect(try file.floats("floats") == [1.5, -2])
    #expect(file.tensors.map(\.name) == ["one", "two", "half", "brain"])
    #expect(try file.tensor("one", shape: [3, 1]).floats() == [1, 2, 3])
    #expect(try file.tensor("two").region().array == (0..<68).map { UInt8($0) })
    #expect(try file.tensor("half").floats() == [1, -2])
    #expect(try file.tensor("brain").floats() == [1, 2])
    #expect(file.tensors.allSatisfy { $0.byteOffset.isMultiple(of: alignment) })
    #expect(try file.tensor("two").columns == 32 && file.tensor("two").rows == 2)
  }

  @Test func `a file on disk is mapped and has a fingerprint`() throws {
    let path = "/tmp/weir-gguf-\(UInt64.random(in: 0 ... .max))"
    let writer = GGUFWriter(architecture: "test")
    try writer.write(to: path)
    defer { try? FileRemoval.remove(path) }
    let file = try GGUFFile(path: path)
    #expect(file.fingerprint == SHA256Digest(of: writer.bytes()).hex)
    #expect(throws: ModelFileFailure.file(.missing(path: path + "x"))) { try GGUFFile(path: path + "x") }
  }

  @Test func `integers of every width are read`() throws {
    var bytes = GGUFBytes(values: 8)
    bytes.head("u8", 0)
    bytes.number(UInt8(200))
    bytes.head("i8", 1)
    bytes.number(Int8(-3))
    bytes.head("u16", 2)
    bytes.number(UInt16(60000))
    bytes.head("i16", 3)
    bytes.number(Int16(300))
    bytes.head("i32", 5)
    bytes.number(Int32(-1))
    bytes.head("u64", 10)
    bytes.number(UInt64.max)
    bytes.head("i64", 11)
    bytes.number(Int64(1) << 40)
    bytes.head("f64", 12)
    bytes.number(Double(2.5).bitPattern)
    let file = try GGUFFile(bytes.region)
    #expect(try file.uint("u8") == 200)
    #expect(try file.uint("u16") == 60000)
    #expect(try file.uint("i16") == 300)
    #expect(try file.uint("i64") == 1 << 40)
    #expect(try file.float("i8") == -3)
    #expect(try file.float("f64") == 2.5)
    #expect(throws: ModelFileFailure.self) { try file.uint("i32") }
    #expect(throws: ModelFileFailure.self) { try file.uint("u64") }
    #expect(throws: ModelFileFailure.badValue(file: "m.gguf", key: "u8", found: "200", allowed: "0 to 9")) {
      try file.uint("u8", in: 0...9)
    }
  }

  @Test func `a value that is missing or of another type is named`() throws {
    var writer = GGUFWriter(architecture: "test")
    writer.set("text", "x")
    writer.set("bad", Float.nan)
    writer.set("bads", [Float.infinity])
    writer.addTensor("nan", shape: [2], floats: [0, .nan])
    writer.addTensor("q", type: .q8_0, shape: [32], bytes: Array(repeating: 0, count: 34))
    let file = try GGUFFile(ByteRegion(name: "w", copying: writer.bytes()))
    #expect(throws: ModelFileFailure.missingKey(file: "w", key: "none")) { try file.uint("none") }
    #expect(try file.uint("none", default: 4) == 4)
    #expect(
      throws: ModelFileFailure.wrongValueType(file: "w", key: "text", found: "a text", allowed: "a truth value")
    ) { try file.bool("text", default: true) }
    #expect(throws: ModelFileFailure.self) { try file.strings("text") }
    #expect(throws: ModelFileFailure.self) { try file.float("bad") }
    #expect(throws: ModelFileFailure.self) { try file.floats("bads") }
    #expect(throws: ModelFileFailure.missingTensor(file: "w", tensor: "t")) { try file.tensor("t") }
    #expect(throws: ModelFileFailure.wrongShape(file: "w", tensor: "nan", found: [2], allowed: [3])) {
      try file.tensor("nan", shape: [3])
    }
    #expect(throws: ModelFileFailure.notFinite(file: "w", tensor: "nan", index: 1)) {
      try file.tensor("nan").floats()
    }
    #expect(
      throws: ModelFileFailure.wrongTensorType(file: "w", tensor: "q", found: "Q8_0", allowed: "F32, F16 or BF16")
    ) { try file.tensor("q").floats() }
  }

  @Test func `a text that is not UTF-8 is refused when it is asked for`() throws {
    var bytes = GGUFBytes(values: 1)
    bytes.head("k", 8)
    bytes.raw([0xFF])
    let file = try GGUFFile(bytes.region)
    #expect(throws: ModelFileFailure.self) { try file.string("k") }
  }
}
