import Foundation
import Testing
import WeirDomain

@Suite struct JSONWriterTests {
  @Test func `members keep their order and are separated by commas`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("b", 1)
    writer.beginArray("a")
    writer.add(nil, "x")
    writer.beginObject()
    writer.endObject()
    writer.add(nil, true)
    writer.endArray()
    writer.add("c", nil as String?)
    writer.add("d", 0.98765, decimals: 2)
    writer.add("e", Double.nan)
    writer.endObject()
    #expect(writer.text == #"{"b":1,"a":["x",{},true],"c":null,"d":0.99,"e":null}"#)
  }

  @Test func `every scalar survives a round trip through a reader nobody here wrote`() throws {
    let hostile = (0...0x2FF).compactMap(Unicode.Scalar.init).map { String(Character($0)) }.joined()
    let texts = [hostile, "\u{0}\u{1F}\u{7F}\"\\/", "e\u{301} \u{1F469}\u{200D}\u{1F680}", "\u{2028}\u{FEFF}\u{FFFF}"]
    for text in texts {
      var writer = JSONWriter()
      writer.beginArray()
      writer.add(nil, text)
      writer.endArray()
      let read = try JSONDecoder().decode([String].self, from: Data(writer.text.utf8))
      #expect(Array(read[0].unicodeScalars) == Array(text.unicodeScalars))
      #expect(!writer.text.contains("\n"))
    }
  }
}
