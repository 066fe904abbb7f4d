import Foundation
import Testing
import WeirTestSupport

@testable import WeirTensor

/// Attention over the paged cache against a naive one in double precision, and instruction sets against each other.
struct KeyValueCacheTests {
  private struct Texts {
    let shape: CacheShape
    let cache: KeyValueCache
    /// [positions][heads * width]
    var keys: [[Float]] = []
    var values: [[Float]] = []

    init(_ shape: CacheShape, positions: Int, random: inout SeededRandom) {
      self.shape = shape
      cache = KeyValueCache(shape)
      cache.reserve(0..<positions)
      for position in 0..<positions {
        keys.append(random.floats(shape.heads * shape.headWidth))
        values.append(random.floats(shape.heads * shape.headWidth))
        for layer in 0..<shape.layers {
          cache.store(
            layer: layer, position: position, keys: FloatBuffer(keys[position]).view,
            values: FloatBuffer(values[position]).view)
        }
      }
    }
  }

  /// softmax(scale q k^T) v of one head in double precision, from the numbers before they were cached.
  private func naive(
    _ texts: Texts, head: Int, query: [Float], positions: Range<Int>, scale: Float, cap: Float
  ) -> [Double] {
    let width = texts.shape.headWidth
    let scores = positions.map { position in
      let dot = (0..<width).reduce(0.0) { $0 + Double(query[$1]) * Double(texts.keys[position][head * width + $1]) }
      let score = dot * Double(scale)
      return cap > 0 ? Double(cap) * tanh(score / Double(cap)) : score
    }
    let largest = scores.max() ?? 0
    let powers = scores.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return (0..<width).map { element in
      zip(positions, powers).reduce(0) {
        $0 + $1.1 / total * Double(texts.values[$1.0][head * width + element])
      }
    }
  }

  @Test(arguments: CacheType.allCases) func `attention over the cache is that of the numbers stored in it`(
    type: CacheType
  ) {
    var random = SeededRandom(seed: 11)
    for (width, positions, heads) in [(64, 1, 1), (64, 70, 3), (32, 130, 2), (24, 65, 1), (128, 64, 2), (1, 5, 1)] {
      let shape = CacheShape(type: type, layers: 2, heads: heads, headWidth: width)
      let texts = Texts(shape, positions: positions, random: &random)
      for (count, window, cap) in [(1, 0, Float(0)), (3, 0, 0), (7, 0, 2), (5, 9, 0), (13, 20, 0)] {
        let queries = (0..<count).map { _ in random.floats(width) }
        let ranges = (0..<count).map { index in
          let end = max(1, positions - index)
          return (window > 0 ? max(0, end - window) : 0)..<end
        }
        let scale = 1 / Float(width).squareRoot()
        var results: [[Float]] = []
        for kernels in Kernels.available {
          let input = FloatBuffer(queries.flatMap { $0 })
          let output = FloatBuffer(count: count * width)
          output.view.fill(.nan)
          let list = (0..<count).map {
            KeyValueCache.Query(
              query: input.view.row($0, width: width), out: output.view.row($0, width: width), positions: ranges[$0])
          }
          let scratch = FloatBuffer(count: KeyValueCache.scratch(end: positions))
          scratch.view.fill(.nan)
          texts.cache.attend(
            layer: 1, head: heads - 1, queries: list, scale: scale, cap: cap, scratch: scratch.view, kernels: kernels)
          results.append(output.view.array)
        }
        for (result, kernels) in zip(results, Kernels.available) {
          #expect(result == results[0], "\(kernels.name) differs: width \(width), \(positions) positions, \(count)")
        }
        let bound = type == .f16 ? 2e-3 : 3e-2
        for index in 0..<count {
          let expected = naive(
            texts, head: heads - 1, query: queries[index], positions: ranges[index], scale: scale, cap: cap)
          for element in 0..<width {
            let found = Double(results[0][index * width + element])
            #expect(abs(found - expected[element]) < bound, "width \(width), \(positions) positions, query \(index)")
          }
        }
        // A query alone gets the same bits as one among others.
        let alone = FloatBuffer(count: width)
        let scratch = FloatBuffer(count: KeyValueCache.scratch(end: positions))
        texts.cache.attend(
          layer: 1, head: heads - 1,
          queries: [
            .init(query: FloatBuffer(queries[count - 1]).view, out: alone.view, positions: ranges[count - 1])
          ], scale: scale, cap: cap, scratch: scratch.view, kernels: .active)
        #expect(alone.view.array == Array(results[0].suffix(width)))
      }
    }
  }

  @Test func `a shared block is copied before it is written`() throws {
    var random = SeededRandom(seed: 3)
    let shape = CacheShape(type: .f16, layers: 1, heads: 1, headWidth: 16)
    let first = Texts(shape, positions: 100, random: &random)
    let second = KeyValueCache(shape)
    second.adopt(first.cache.blocks)
    let row = FloatBuffer(random.floats(16))
    second.reserve(90..<91)
    second.store(layer: 0, position: 90, keys: row.view, values: row.view)
    #expect(second.blocks[0] === first.cache.blocks[0])
    #expect(second.blocks[1] !== first.cache.blocks[1])
    let stored = first.cache.blocks[1].bytes
    #expect(stored != second.blocks[1].bytes)
    let back = try #require(unsafe KeyValueBlock(stored.span.bytes, shape: shape))
    #expect(back.bytes == stored)
    let short = [UInt8](stored.dropLast())
    #expect(unsafe KeyValueBlock(short.span.bytes, shape: shape) == nil)
  }

  @Test func `all instruction sets store the same halves`() {
    var random = SeededRandom(seed: 5)
    let odd: [Float] = [
      0, -0.0, 1e-8, 3e-8, -6.1e-5, 5.9e-5, 65504, 65519, 65520, -1e9, .infinity, 2049, 2051, .leastNonzeroMagnitude,
    ]
    for width in [1, 7, 16, 33, 64] {
      let shape = CacheShape(type: .f16, layers: 1, heads: 1, headWidth: width)
      for _ in 0..<20 {
        let values = (0..<width).map { _ in
          Bool.random(using: &random)
            ? odd.randomElement(using: &random) ?? 0 : Float.random(in: -9...9, using: &random)
        }
        let stored = Kernels.available.map { kernels in
          let cache = KeyValueCache(shape)
          cache.reserve(0..<1)
          let row = FloatBuffer(values)
          cache.store(layer: 0, position: 0, keys: row.view, values: row.view, kernels: kernels)
          return cache.blocks[0].bytes
        }
        #expect(stored.allSatisfy { $0 == stored[0] }, "\(values)")
      }
    }
  }

  @Test func `numbers beyond the largest half are held there`() {
    let shape = CacheShape(type: .f16, layers: 1, heads: 1, headWidth: 16)
    let cache = KeyValueCache(shape)
    cache.reserve(0..<1)
    let huge = FloatBuffer([Float](repeating: 1e6, count: 16))
    cache.store(layer: 0, position: 0, keys: huge.view, values: huge.view)
    let out = FloatBuffer(count: 16)
    let scratch = FloatBuffer(count: KeyValueCache.scratch(end: 1))
    cache.attend(
      layer: 0, head: 0, queries: [.init(query: FloatBuffer(count: 16).view, out: out.view, positions: 0..<1)],
      scale: 1, cap: 0, scratch: scratch.view, kernels: .active)
    #expect(out.view.array == [Float](repeating: 65504, count: 16))
  }
}
