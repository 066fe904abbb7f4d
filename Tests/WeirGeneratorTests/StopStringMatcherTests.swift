import Testing
import WeirGenerator

struct StopStringMatcherTests {
  /// What the matcher promises, by trying every end: the text before the stop string that is complete first.
  private func expected(_ text: String, _ stops: [String]) -> String {
    let bytes = Array(text.utf8)
    let wanted = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    for end in 0...bytes.count {
      let lengths = wanted.filter { bytes[..<end].reversed().starts(with: $0.reversed()) }.map(\.count)
      if let longest = lengths.max() { return String(decoding: bytes[..<(end - longest)], as: UTF8.self) }
    }
    return text
  }

  private func run(_ pieces: [String], _ stops: [String]) -> String {
    var matcher = StopStringMatcher(stops: stops)
    var shown = ""
    for piece in pieces { shown += matcher.append(piece) }
    return shown + matcher.finish()
  }

  @Test func `a stop string that spans pieces never shows`() {
    #expect(run(["Hello", " EN", "D", "! more"], [" END!"]) == "Hello")
  }

  @Test func `text that cannot become a stop string is released at once`() {
    var matcher = StopStringMatcher(stops: ["###"])
    #expect(matcher.append("abc") == "abc")
    #expect(matcher.append("d#") == "d")
    #expect(matcher.append("#e") == "##e")
    #expect(matcher.append("##") == "")
    #expect(matcher.finish() == "##")
    #expect(!matcher.isStopped)
  }

  @Test func `the stop string that is complete first wins`() {
    #expect(run(["abcd"], ["abcd", "bc"]) == "a")
    #expect(run(["a", "b", "c", "d"], ["abcd", "bc"]) == "a")
    #expect(run(["xabc"], ["c", "abc"]) == "x")
  }

  @Test func `without stop strings text passes unchanged and empty ones stop nothing`() {
    #expect(run(["a", "", "é"], []) == "aé")
    #expect(run(["a", "b"], [""]) == "ab")
  }

  @Test func `random texts in random pieces give what a search of the whole text gives`() {
    var random = SamplingRandom(seed: 11)
    let letters = ["a", "b", "é", "👍", "\n"]
    for _ in 0..<3000 {
      func word(_ most: Int) -> String {
        (0..<Int.random(in: 1...most, using: &random)).map { _ in
          letters[Int.random(in: 0..<letters.count, using: &random)]
        }.joined()
      }
      let stops = (0..<Int.random(in: 0...3, using: &random)).map { _ in word(4) }
      let pieces = (0..<Int.random(in: 0...8, using: &random)).map { _ in word(3) }
      #expect(run(pieces, stops) == expected(pieces.joined(), stops), "\(pieces) \(stops)")
    }
  }
}
