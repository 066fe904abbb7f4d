import Foundation
import Testing
import WeirFiles
import WeirTensor
import WeirTestSupport

@testable import WeirModelFiles

@Suite("A safetensors file")
struct SafetensorsFileTests {
  /// A file with this head and `count` bytes of data, 0, 1, 2, ...
  private func file(_ head: String, data count: Int = 16, length: UInt64? = nil) -> [UInt8] {
    let head = Array(head.utf8)
    let length = length ?? UInt64(head.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + head
      + (0..<count).map { UInt8(truncatingIfNeeded: $0) }
  }

  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try SafetensorsFile(ByteRegion(name: "m.safetensors", copying: bytes))
  }

  private static let two = """
    {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},\
    "b":{"dtype":"I64","shape":[],"data_offsets":[8,16]}}
    """

  @Test func `names its tensors with shape, type and bytes`() throws {
    let found = try open(file(Self.two))
    #expect(Set(found.tensors.keys) == ["a", "b"])
    let a = try found.tensor("a")
    #expect(a.shape == [1, 2] && a.type == .f32 && a.region.array == Array(0..<8))
    let b = try found.tensor("b")
    #expect(b.type == nil && b.typeName == "I64" && b.region.array == Array(8..<16))
  }

  @Test func `gives floats of every type that holds weights`() throws {
    // 1.5 and -2 in each.
    let cases: [(String, Int, [UInt8])] = [
      ("F32", 4, [0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0]), ("F16", 2, [0, 0x3E, 0, 0xC0]),
      ("BF16", 2, [0xC0, 0x3F, 0, 0xC0]),
    ]
    for (type, size, bytes) in cases {
      let head = #"{"w":{"dtype":"\#(type)","shape":[2],"data_offsets":[0,\#(2 * size)]}}"#
      #expect(try open(file(head, data: 0) + bytes).floats("w", shape: [2]) == [1.5, -2])
    }
    let infinite = file(#"{"w":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#, data: 0) + [0, 0x7C]
    #expect(throws: ModelFileFailure.notFinite(file: "m.safetensors", tensor: "w", index: 0)) {
      try open(infinite).floats("w", shape: [1])
    }
  }

  @Test func `wrong asks are answered by name`() throws {
    let found = try open(file(Self.two))
    #expect(throws: ModelFileFailure.missingTensor(file: "m.safetensors", tensor: "c")) { try found.tensor("c") }
    #expect(throws: ModelFileFailure.wrongShape(file: "m.safetensors", tensor: "a", found: [1, 2], allowed: [2, 1])) {
      try found.floats("a", shape: [2, 1])
    }
    #expect(throws: ModelFileFailure.self) { try found.floats("b", shape: []) }
  }

  @Test(arguments: [
    "[]", "{", #"{"a":1}"#, #"{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,17]}}"#,
    #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[1,17]}}"#,
    #"{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,4],"data_offsets":[0,16]}}"#,
    #"{"":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#,
    #"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,9007199254740993]}}"#,
  ])
  func `a head that does not fit its file is refused`(head: String) throws {
    let failure = #expect(throws: ModelFileFailure.self) { try open(file(head)) }
    #expect(failure?.message.hasPrefix("m.safetensors") == true)
  }

  @Test(arguments: [UInt64.max, 1 << 62, 1 << 32, 100]) func `a length beyond the file is refused before it is used`(
    length: UInt64
  ) {
    #expect(
      throws: ModelFileFailure.absurdCount(file: "m.safetensors", what: "bytes of head", found: length, allowed: 18)
    ) {
      try open(file("{}", length: length))
    }
  }

  @Test func `a file of fewer bytes than a length is refused`() {
    for count in 1..<8 { #expect(throws: ModelFileFailure.self) { try open([UInt8](repeating: 0, count: count)) } }
  }

  @Test func `no mutation of a sound file crashes or leads outside it`() throws {
    let sound = file(Self.two)
    var random = SeededRandom(seed: 99)
    var opened = 0
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0...Int(random.next() % 3) {
        let place = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array("0123456789[]{},:\"-e".utf8)[Int(random.next() % 19)], at: place)
        default: bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
        }
        if bytes.isEmpty { bytes = [0] }
      }
      guard let found = try? open(bytes) else { continue }
      opened += 1
      let sum = found.tensors.values.reduce(0) { $0 + $1.region.count }
      #expect(sum <= bytes.count)
      for tensor in found.tensors.values { _ = try? found.floats(tensor.name, shape: tensor.shape) }
    }
    // Bytes of data may change without harm, so some must still open.
    #expect(opened > 100)
  }

  @Test func `Q8_0 is off by at most half a scale`() {
    var random = SeededRandom(seed: 5)
    let values =
      (0..<320).map { _ in Float(Int64(truncatingIfNeeded: random.next()) >> 40) / 8_388_608 }
      + [Float](repeating: 0, count: 32)
    let bytes = Q8Blocks.quantize(values)
    #expect(bytes.count == values.count / 32 * 34)
    for (index, value) in values.enumerated() {
      let block = index / 32 * 34
      let scale = Float(Float16(bitPattern: UInt16(bytes[block]) | UInt16(bytes[block + 1]) << 8))
      let found = Float(Int8(bitPattern: bytes[block + 2 + index % 32])) * scale
      // The scale itself is rounded to 11 bits.
      #expect((found - value).magnitude <= scale * 0.5 + value.magnitude / 1024)
    }
  }
}
