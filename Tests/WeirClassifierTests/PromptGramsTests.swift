import Glibc
import Testing

@testable import WeirClassifier

@Suite struct PromptGramsTests {
  /// The definition with dictionaries of texts: gram -> count, small letters.
  private static func expected(_ text: String) -> [Int: Double] {
    let bytes = Array(text.lowercased().utf8)
    var counts: [Int: Double] = [:]
    for length in 1...3 where bytes.count >= length {
      for start in 0...(bytes.count - length) {
        var gram = UInt64(length) << 24
        for (offset, byte) in bytes[start..<(start + length)].enumerated() {
          gram |= UInt64(byte) << UInt64(8 * offset)
        }
        counts[Int((gram &* 0x9E37_79B9_7F4A_7C15) >> 52), default: 0] += 1
      }
    }
    let values = counts.mapValues { 1 + log($0) }
    let length = values.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.mapValues { $0 / length }
  }

  @Test(arguments: [
    "x", "ab", "Banana BANANA banana, 12 + 12 = 24?", "caf\u{E9} \u{1F600}", String(repeating: "ab ", count: 400),
  ])
  func `grams are counted as defined`(text: String) {
    let grams = PromptGrams(of: text)
    let expected = Self.expected(text)
    #expect(Set(grams.places).count == grams.places.count && grams.places.count == expected.count)
    for (place, value) in zip(grams.places, grams.values) {
      #expect(abs(Double(value) - (expected[Int(place)] ?? 0)) < 1e-5)
    }
  }

  @Test func `the empty text has none, and a long one is read to its bound`() {
    #expect(PromptGrams(of: "").places.isEmpty)
    let long = String(repeating: "0123456789abcdef", count: 256)
    #expect(PromptGrams(of: long) == PromptGrams(of: long + "and more"))
  }

  @Test func `scores are the bias and the weighted values`() {
    let grams = PromptGrams(of: "ab")
    var weights = [Float](repeating: 0, count: 2 * PromptGrams.buckets)
    weights[PromptGrams.buckets + Int(grams.places[1])] = 3
    let scores = GramScores(bias: [0.5, 1], weights: weights).scores(grams)
    #expect(scores[0] == 0.5 && abs(scores[1] - (1 + 3 * grams.values[1])) < 1e-6)
  }
}
