import Foundation
import Testing
import WeirTensor

/// Rows of packed matrices beside what the `gguf` package reads from the same bytes; recipe:
/// `Tools/Checks/fixtures/make_block_weights.py`.
@Suite struct BlockFixtureTests {
  struct Blocks: Decodable {
    var type: UInt32
    var rows: Int
    var columns: Int
    var blocks: Data
    /// Little-endian floats, row after row.
    var values: Data
  }

  private static func fixture() throws -> [Blocks] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/blocks.json")
    return try JSONDecoder().decode([Blocks].self, from: Data(contentsOf: path))
  }

  @Test func `every quantized type is read as the reference reads it, to the bit`() throws {
    let fixture = try Self.fixture()
    let types = try fixture.map { try #require(TensorType(rawValue: $0.type)) }
    #expect(Set(types) == Set(TensorType.allCases.filter(\.isQuantized)))
    for (type, blocks) in zip(types, fixture) {
      let bytes = [UInt8](blocks.blocks)
      let matrix = try unsafe WeightMatrix(
        type: type, rows: blocks.rows, columns: blocks.columns, bytes: bytes.span.bytes)
      let values = [UInt8](blocks.values)
      let out = FloatBuffer(count: blocks.columns)
      for row in 0..<blocks.rows {
        matrix.dequantizeRow(row, into: out.view)
        for (column, value) in out.view.array.enumerated() {
          let place = 4 * (row * blocks.columns + column)
          let bits = values[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          // A zero has a sign in the kernels and may have the other one in the reference.
          #expect(value == Float(bitPattern: bits), "\(type.name) row \(row) column \(column)")
        }
      }
    }
  }
}
