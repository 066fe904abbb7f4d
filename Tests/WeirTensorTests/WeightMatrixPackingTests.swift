import Testing
import WeirTestSupport

@testable import WeirTensor

/// Bytes at an address of the test's choice.
// @unchecked Sendable because nothing writes after `init`.
@safe private final class Memory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let count: Int

  init(_ bytes: [UInt8], offset: Int = 0) {
    count = bytes.count
    unsafe base = .allocate(byteCount: bytes.count + 128, alignment: 64)
    unsafe (base + offset).copyMemory(from: bytes, byteCount: bytes.count)
  }

  deinit { unsafe base.deallocate() }

  func matrix(_ type: TensorType, rows: Int, columns: Int, offset: Int = 0) throws -> WeightMatrix {
    let bytes = unsafe UnsafeRawBufferPointer(start: base + offset, count: count)
    return try unsafe WeightMatrix(type: type, rows: rows, columns: columns, panels: bytes.bytes, owner: self)
  }
}

@Suite("Packed weights in memory of others")
struct WeightMatrixPackingTests {
  @Test("panels packed strip by strip are those packed at once", arguments: TensorType.allCases)
  func strips(type: TensorType) throws {
    var random = SeededRandom(seed: 11)
    for (rows, strip) in [(33, 16), (97, 32), (16, 16), (5, 16)] {
      let weights = NaiveWeights(type: type, rows: rows, columns: 512, using: &random)
      let whole = try WeightMatrix.pack(type: type, rows: rows, columns: 512, bytes: weights.bytes)
      let rowBytes = weights.bytes.count / rows
      var parts: [UInt8] = []
      for first in stride(from: 0, to: rows, by: strip) {
        let count = min(strip, rows - first)
        parts += try WeightMatrix.pack(
          type: type, rows: count, columns: 512,
          bytes: Array(weights.bytes[first * rowBytes..<(first + count) * rowBytes]))
      }
      #expect(parts == whole, "\(type.name), \(rows) rows in strips of \(strip)")
    }
  }

  @Test("a matrix over packed bytes multiplies and unpacks as one that packed them", arguments: TensorType.allCases)
  func adopted(type: TensorType) throws {
    var random = SeededRandom(seed: 12)
    let weights = NaiveWeights(type: type, rows: 37, columns: 256, using: &random)
    let own = try weights.matrix()
    let packed = try WeightMatrix.pack(type: type, rows: 37, columns: 256, bytes: weights.bytes)
    #expect(packed.count == (try WeightMatrix.packedByteCount(type: type, rows: 37, columns: 256)))
    // The memory is held by the matrix alone.
    let adopted = try Memory(packed).matrix(type, rows: 37, columns: 256)
    let x = Activations(capacity: 3 * 256)
    let input = FloatBuffer((0..<3 * 256).map { _ in Float.random(in: -1...1, using: &random) })
    x.load(input.view, tokens: 3, columns: 256)
    let (first, second) = (FloatBuffer(count: 3 * 37), FloatBuffer(count: 3 * 37))
    own.multiply(x, into: first.view)
    adopted.multiply(x, into: second.view)
    #expect(first.view.array == second.view.array)
    let (row, other) = (FloatBuffer(count: 256), FloatBuffer(count: 256))
    for index in [0, 15, 16, 36] {
      own.dequantizeRow(index, into: row.view)
      adopted.dequantizeRow(index, into: other.view)
      #expect(row.view.array == other.view.array)
    }
  }

  @Test("bytes of another size, and bytes between two lines of the cache, are refused")
  func refused() throws {
    let count = try WeightMatrix.packedByteCount(type: .q8_0, rows: 16, columns: 32)
    let bytes = [UInt8](repeating: 1, count: count)
    #expect(throws: TensorFailure.byteCount(type: .q8_0, found: count - 1, expected: count)) {
      _ = try Memory(Array(bytes.dropLast())).matrix(.q8_0, rows: 16, columns: 32)
    }
    #expect(throws: TensorFailure.byteCount(type: .q8_0, found: count, expected: 2 * count)) {
      _ = try Memory(bytes).matrix(.q8_0, rows: 17, columns: 32)
    }
    #expect(throws: TensorFailure.alignment(type: .q8_0, found: 32, expected: 64)) {
      _ = try Memory(bytes, offset: 32).matrix(.q8_0, rows: 16, columns: 32, offset: 32)
    }
    #expect(throws: TensorFailure.shape(rows: 0, columns: 32)) {
      _ = try WeightMatrix.packedByteCount(type: .q8_0, rows: 0, columns: 32)
    }
    #expect(throws: TensorFailure.shape(rows: .max / 4, columns: 32)) {
      _ = try WeightMatrix.packedByteCount(type: .q8_0, rows: .max / 4, columns: 32)
    }
    #expect(throws: TensorFailure.columns(type: .q8_0, found: 33, multipleOf: 32)) {
      _ = try WeightMatrix.packedByteCount(type: .q8_0, rows: 1, columns: 33)
    }
    #expect(
      TensorFailure.alignment(type: .q8_0, found: 32, expected: 64).message
        == "packed Q8_0 weights begin 32 bytes behind a multiple of 64: pack the model again")
  }
}
