import Testing

@testable import WeirFiles

@Suite struct PieceCacheTests {
  @Test func `what is found is what was put in last`() {
    // Few places, so that strings drive each other out; keys that differ in one byte, zeros among them.
    for bits in [5, 8, 11] {
      var cache = PieceCache(bits: bits)
      var model: [[UInt8]: [Int32]] = [:]
      var state: UInt32 = 3
      var hits = 0
      func next(_ bound: Int) -> Int {
        state = state &* 1_664_525 &+ 1_013_904_223
        return Int(state >> 8) % bound
      }
      for _ in 0..<20000 {
        let length = next(36)
        let text = [7] + (0..<length).map { _ in UInt8(next(8) == 0 ? 1 : 0) } + [9]
        let range = 1..<(length + 1)
        var numbers: [Int32] = [5]
        if cache.append(text.span, range, to: &numbers) {
          hits += 1
          #expect(Array(numbers.dropFirst()) == model[Array(text[range])])
        } else {
          #expect(numbers == [5])
          let result = (0..<next(10)).map { _ in Int32(next(1 << 24)) }
          model[Array(text[range])] = result
          cache.insert(text.span, range, [1, 2] + result, from: 2)
        }
      }
      #expect(hits > 10)
    }
  }
}
