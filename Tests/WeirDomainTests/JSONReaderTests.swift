import Testing
import WeirTestSupport

@testable import WeirDomain

@Suite("The JSON reader")
struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue { try JSONReader.read(Array(text.utf8)) }

  @Test func `reads every kind of value`() throws {
    #expect(
      try read(" {\"a\" : [1, -0.5e2, true, false, null, \"\"], \"b\":{}, \"c\":[]}\r\n\t")
        == .object([
          "a": .array([.number(1), .number(-50), .bool(true), .bool(false), .null, .string("")]), "b": .object([:]),
          "c": .array([]),
        ]))
    #expect(try read("{\"a\":1,\"a\":2}")["a"] == .number(2))
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u0000""#, "é\u{0}"), (#""\ud83d\ude42""#, "🙂"),
    (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude42""#, "\u{FFFD}"), (#""\ud83d\u0041""#, "\u{FFFD}A"), ("\"é🙂\"", "é🙂"),
  ])
  func `reads escapes`(text: String, expected: String) throws {
    #expect(try read(text).text == expected)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "\"", "\"\\x\"", "\"\\u12\"",
    "\"\n\"", "01", "-", "1.", ".5", "1e", "+1", "tru", "nul", "NaN", "1 1", "[1]]", "'a'", "\u{FEFF}1",
  ])
  func `refuses what is not JSON`(text: String) {
    #expect(throws: JSONReader.Failure.self) { try read(text) }
  }

  @Test func `bounds the depth`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try read(nested(64))
    #expect(throws: JSONReader.Failure(offset: 64)) { try read(nested(65)) }
    #expect(throws: JSONReader.Failure(offset: 64)) { try read(String(repeating: "[", count: 1_000_000)) }
  }

  @Test(arguments: [("3", 3), ("-1", nil), ("1.5", nil), ("1e300", nil), ("9007199254740991", 9_007_199_254_740_991)])
  func `takes natural numbers only as counts`(text: String, expected: Int?) throws {
    #expect(try read(text).count == expected)
  }

  @Test func `survives every damage of a text`() throws {
    var random = SeededRandom(seed: 3)
    let text = Array(#"{"a":[1,-2.5e3,{"b":"c\u00e9\n"},null,true],"d":"🙂"}"#.utf8)
    var accepted = 0
    for _ in 0..<20_000 {
      var damaged = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      damaged.removeLast(Int.random(in: 0...4, using: &random))
      if (try? JSONReader.read(damaged)) != nil { accepted += 1 }
    }
    #expect(accepted > 0 && accepted < 20_000)
  }

  @Test func `reads back what the writer writes`() throws {
    var random = SeededRandom(seed: 5)
    for _ in 0..<500 {
      let scalars = (0..<20).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x11000, using: &random)) }
      let text = String(String.UnicodeScalarView(scalars))
      var json = JSONWriter()
      json.beginArray()
      json.add(nil, text)
      json.endArray()
      #expect(try read(json.text)[0]?.text == text)
    }
  }
}
