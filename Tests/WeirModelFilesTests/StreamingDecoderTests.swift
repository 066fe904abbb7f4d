import Testing
import WeirTestSupport

@testable import WeirModelFiles

@Suite struct StreamingDecoderTests {
  @Test func `any cut of any bytes gives the text of the whole`() {
    var random = SeededRandom(seed: 21)
    let parts: [[UInt8]] = [
      Array("a".utf8), Array("é".utf8), Array("日".utf8), Array("👍🏽".utf8), [0xFF], [0xC3], [0xE2, 0x82],
      [0xED, 0xA0, 0x80],
      [0xF0, 0x9F], [0xF4, 0x90], [0x80], [0xC0, 0xAF], [0xE0, 0x80], [0xF5],
    ]
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...8, using: &random)).flatMap { _ in
        parts.randomElement(using: &random) ?? []
      }
      var decoder = StreamingDecoder()
      var text = ""
      var place = 0
      while place < bytes.count {
        let end = min(place + Int.random(in: 1...3, using: &random), bytes.count)
        text += decoder.append(Array(bytes[place..<end]))
        place = end
      }
      text += decoder.finish()
      // Compared by bytes: `String` equality is looser.
      #expect(Array(text.utf8) == Array(String(decoding: bytes, as: UTF8.self).utf8), "\(bytes)")
    }
  }

  @Test func `a character comes with its last byte and not before`() {
    var decoder = StreamingDecoder()
    #expect(decoder.append([0xF0, 0x9F]) == "")
    #expect(decoder.append([0x91]) == "")
    #expect(decoder.append([0x8D, 0x61]) == "👍a")
    #expect(decoder.finish() == "")
    #expect(decoder.append([0xE2]) == "")
    #expect(decoder.finish() == "\u{FFFD}")
  }
}
