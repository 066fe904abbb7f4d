import Testing
import WeirTensor
import WeirTestSupport

/// The index's kernels: against their definitions, and bit by bit between instruction sets.
@Suite struct IndexKernelsTests {
  /// Vectors as codes and sign bits in pages with room at both ends of a record.
  private final class Sample {
    static let front = 3
    let vectors: [[Float]]
    let dimension: Int
    let geometry: RecordGeometry
    private(set) var scales: [Float] = []
    private var memory: [UInt8]

    init(count: Int, dimension: Int, kernels: Kernels, random: inout SeededRandom) throws {
      vectors = (0..<count).map { _ in random.floats(dimension, in: -0.2...0.2) }
      self.dimension = dimension
      let (codes, signs) = (CodeQuery.bytes(dimension: dimension), Kernels.signBytes(dimension: dimension))
      let record = Self.front + codes + signs + 1
      geometry = try #require(RecordGeometry(pageBytes: 5 * record + 40, headerBytes: 17, recordBytes: record))
      // What is not of a vector must not count.
      memory = (0..<geometry.extent(slots: count)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      for (slot, vector) in vectors.enumerated() {
        let start = geometry.offset(ofSlot: slot) + Self.front
        let scale = unsafe memory.withUnsafeMutableBytes { bytes in
          unsafe kernels.storeSigns(
            of: vector.span, into: UnsafeMutableRawBufferPointer(rebasing: bytes[start + codes..<start + codes + signs])
          )
          return unsafe kernels.storeCodes(
            of: vector.span, into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + codes]))
        }
        scales.append(scale)
      }
    }

    /// The codes of a vector as numbers.
    func codes(_ slot: Int) -> [Int] {
      let start = geometry.offset(ofSlot: slot) + Self.front
      return memory[start..<start + dimension].map { Int($0) - 128 }
    }

    var bytes: [UInt8] { memory }

    func dots(_ query: CodeQuery, _ slots: [UInt32], on kernels: Kernels) -> [Int32] {
      unsafe collect(offset: Self.front, bytes: CodeQuery.bytes(dimension: dimension), slots, Int32(-7)) {
        unsafe kernels.dots(query, $0, slots: $1, into: $2)
      }
    }

    func dots(_ x: FloatView, _ slots: [UInt32], on kernels: Kernels) -> [Float] {
      unsafe collect(offset: Self.front, bytes: CodeQuery.bytes(dimension: dimension), slots, Float.nan) {
        unsafe kernels.dots(x, $0, slots: $1, into: $2)
      }
    }

    func distances(_ signs: [UInt8], _ slots: [UInt32], on kernels: Kernels) -> [UInt32] {
      let offset = Self.front + CodeQuery.bytes(dimension: dimension)
      return unsafe signs.withUnsafeBytes { signs in
        unsafe collect(offset: offset, bytes: signs.count, slots, UInt32.max) {
          unsafe kernels.signDistances(signs, $0, slots: $1, into: $2)
        }
      }
    }

    private func collect<Value>(
      offset: Int, bytes: Int, _ slots: [UInt32], _ unwritten: Value,
      _ body: (RecordPart, UnsafeBufferPointer<UInt32>, UnsafeMutableBufferPointer<Value>) -> Void
    ) -> [Value] {
      var out = [Value](repeating: unwritten, count: slots.count)
      unsafe memory.withUnsafeBytes { memory in
        let part = unsafe RecordPart(
          memory: memory, geometry: geometry, slots: vectors.count, offset: offset, bytes: bytes)
        unsafe slots.withUnsafeBufferPointer { slots in
          unsafe out.withUnsafeMutableBufferPointer { unsafe body(part, slots, $0) }
        }
      }
      return out
    }
  }

  private static let dimensions = Array(1...70) + [127, 128, 129, 384, 768, 1000, 1536, 4096]

  private func slots(_ count: Int, of limit: Int, _ random: inout SeededRandom) -> [UInt32] {
    (0..<count).map { _ in UInt32.random(in: 0..<UInt32(limit), using: &random) }
  }

  private func signs(of x: [Float], on kernels: Kernels) -> [UInt8] {
    var out = [UInt8](repeating: 0xee, count: Kernels.signBytes(dimension: x.count))
    unsafe out.withUnsafeMutableBytes { unsafe kernels.storeSigns(of: x.span, into: $0) }
    return out
  }

  private func padded(_ x: [Float]) -> FloatBuffer {
    FloatBuffer(x + [Float](repeating: 0, count: CodeQuery.bytes(dimension: x.count) - x.count))
  }

  @Test func `codes are the rounded numbers of their vector`() throws {
    var random = SeededRandom(seed: 1)
    for dimension in Self.dimensions {
      let sample = try Sample(count: 3, dimension: dimension, kernels: .active, random: &random)
      for slot in 0..<3 {
        let maximum = sample.vectors[slot].map(\.magnitude).max() ?? 0
        #expect(sample.scales[slot] == maximum / 127)
        let expected = sample.vectors[slot].map { Int(($0 * (127 / maximum)).rounded(.toNearestOrEven)) }
        #expect(sample.codes(slot) == expected)
      }
    }
  }

  @Test func `products are those of the codes, however many slots are named`() throws {
    var random = SeededRandom(seed: 2)
    for (index, dimension) in Self.dimensions.enumerated() {
      let sample = try Sample(count: 23, dimension: dimension, kernels: .active, random: &random)
      let named = slots(index % 21, of: 23, &random)
      for kernels in Kernels.available {
        let query = CodeQuery(dimension: dimension, kernels: kernels)
        let x = random.floats(dimension, in: -1...1)
        query.assign(x.span)
        let maximum = x.map(\.magnitude).max() ?? 0
        #expect(query.scale == maximum / 127)
        let codes = x.map { Int(($0 * (127 / maximum)).rounded(.toNearestOrEven)) }
        let expected = named.map { slot in Int32(zip(codes, sample.codes(Int(slot))).map(*).reduce(0, +)) }
        #expect(sample.dots(query, named, on: kernels) == expected, "\(kernels.name), \(dimension) numbers")
      }
    }
  }

  @Test func `a stored vector can be the query`() throws {
    var random = SeededRandom(seed: 3)
    for dimension in [1, 63, 64, 65, 384] {
      let sample = try Sample(count: 9, dimension: dimension, kernels: .active, random: &random)
      for kernels in Kernels.available {
        let query = CodeQuery(dimension: dimension, kernels: kernels)
        for slot in 0..<9 {
          let start = sample.geometry.offset(ofSlot: slot) + Sample.front
          let found = unsafe sample.bytes.withUnsafeBytes { bytes in
            let codes = unsafe UnsafeRawBufferPointer(
              rebasing: bytes[start..<start + CodeQuery.bytes(dimension: dimension)])
            unsafe query.assign(codes: codes, scale: sample.scales[slot])
            return unsafe kernels.dot(query, codes)
          }
          #expect(Int(found) == sample.codes(slot).map { $0 * $0 }.reduce(0, +))
          #expect(sample.dots(query, [UInt32(slot)], on: kernels) == [found])
        }
      }
    }
  }

  @Test func `the largest codes do not saturate on any instruction set`() throws {
    for sign: Float in [-1, 1] {
      for kernels in Kernels.available {
        let vector = [Float](repeating: 0.5, count: 4096)
        var stored = [UInt8](repeating: 0, count: 4096)
        let scale = unsafe stored.withUnsafeMutableBytes { unsafe kernels.storeCodes(of: vector.span, into: $0) }
        #expect(scale == 0.5 / 127)
        let query = CodeQuery(dimension: 4096, kernels: kernels)
        let other = vector.map { $0 * sign }
        query.assign(other.span)
        let found = unsafe stored.withUnsafeBytes { unsafe kernels.dot(query, $0) }
        #expect(found == Int32(sign) * 4096 * 127 * 127)
      }
    }
  }

  @Test func `any stored bytes give one product, and damaged ones no trap`() {
    var random = SeededRandom(seed: 4)
    for dimension in [1, 64, 384, 1000] {
      let bytes = (0..<CodeQuery.bytes(dimension: dimension)).map { index in
        index % 3 == 0 ? 0 : UInt8(truncatingIfNeeded: random.next())
      }
      let found = Kernels.available.map { kernels in
        let query = CodeQuery(dimension: dimension, kernels: kernels)
        return unsafe bytes.withUnsafeBytes { bytes in
          unsafe query.assign(codes: bytes, scale: 1)
          return unsafe kernels.dot(query, bytes)
        }
      }
      #expect(Set(found) == [Int32(bytes.map { (max(Int($0), 1) - 128) * (Int($0) - 128) }.reduce(0, +))])
    }
  }

  @Test func `distances count the numbers of different signs`() throws {
    var random = SeededRandom(seed: 5)
    for (index, dimension) in Self.dimensions.enumerated() {
      let sample = try Sample(count: 23, dimension: dimension, kernels: .active, random: &random)
      let (named, x) = (slots(index % 21, of: 23, &random), random.floats(dimension))
      let expected = named.map { slot in
        UInt32(zip(x, sample.vectors[Int(slot)]).filter { ($0 > 0) != ($1 > 0) }.count)
      }
      for kernels in Kernels.available {
        #expect(sample.distances(signs(of: x, on: kernels), named, on: kernels) == expected, "\(kernels.name)")
      }
    }
  }

  @Test func `zero, its negative and what is not a number have no sign bit, and unused bits are zero`() {
    for kernels in Kernels.available {
      let found = signs(of: [0, -0, .nan, 1, -1, .infinity, -.infinity, .leastNonzeroMagnitude, 2], on: kernels)
      #expect(found == [0b1010_1000, 1, 0, 0, 0, 0, 0, 0], "\(kernels.name)")
    }
  }

  @Test func `products of floats with codes have the same bits everywhere`() throws {
    var random = SeededRandom(seed: 6)
    for (index, dimension) in Self.dimensions.enumerated() {
      let sample = try Sample(count: 23, dimension: dimension, kernels: .active, random: &random)
      let (named, x) = (slots(index % 21, of: 23, &random), random.floats(dimension))
      let buffer = padded(x)
      let scalar = sample.dots(buffer.view, named, on: Kernels.available[0])
      for (value, slot) in zip(scalar, named) {
        let products = zip(x, sample.codes(Int(slot))).map { Double($0) * Double($1) }
        let bound = products.map(\.magnitude).reduce(0, +) * Double(dimension / 16 + 5) * 0x1p-24
        #expect((Double(value) - products.reduce(0, +)).magnitude <= bound)
      }
      for kernels in Kernels.available {
        #expect(sample.dots(buffer.view, named, on: kernels).bits == scalar.bits, "\(kernels.name), \(dimension)")
      }
    }
  }

  @Test func `a vector of zeros, or with what is not a number, has defined codes`() {
    for kernels in Kernels.available {
      for (special, first) in [(Float(0), UInt8(128)), (.nan, 255)] {
        let vector = [special] + [Float](repeating: special.isNaN ? 1 : 0, count: 69)
        var stored = [UInt8](repeating: 9, count: 128)
        let scale = unsafe stored.withUnsafeMutableBytes { unsafe kernels.storeCodes(of: vector.span, into: $0) }
        let unused = Set(stored[70...])
        #expect(stored[0] == first && unused == [128], "\(kernels.name)")
        #expect(scale == (special.isNaN ? Float(1) / 127 : 0))
      }
    }
  }

  @Test func `records fill their pages by powers of two`() throws {
    let geometry = try #require(RecordGeometry(pageBytes: 16384, headerBytes: 64, recordBytes: 544))
    #expect(geometry.recordsPerPage == 16)
    #expect(geometry.offset(ofSlot: 15) == 64 + 15 * 544 && geometry.offset(ofSlot: 16) == 16384 + 64)
    #expect(geometry.extent(slots: 17) == 2 * 16384 && geometry.extent(slots: 0) == 0)
    #expect(RecordGeometry(pageBytes: 600, headerBytes: 64, recordBytes: 544) == nil)
    #expect(RecordGeometry(pageBytes: 4096, headerBytes: 0, recordBytes: 544, shift: 3) == nil)
    #expect(RecordGeometry(pageBytes: 4096, headerBytes: 0, recordBytes: 512, shift: 3) != nil)
    #expect(RecordGeometry(pageBytes: 4096, headerBytes: 0, recordBytes: 0) == nil)
  }

  @Test func `a slot that does not exist is a bug, not a read of other memory`() async {
    await #expect(processExitsWith: .failure) {
      var random = SeededRandom(seed: 7)
      let sample = try Sample(count: 4, dimension: 64, kernels: .active, random: &random)
      let query = CodeQuery(dimension: 64)
      let vector = sample.vectors[0]
      query.assign(vector.span)
      _ = sample.dots(query, [0, 4], on: .active)
    }
  }
}
