import Testing
import WeirTestSupport

@testable import WeirEntities

@Suite("Entities of hostile texts") struct EntityPropertyTests {
  private static let pieces = [
    "order", "#", "12345", "$", "9", ".", ",", "@", "a", "Mr", ".", " ", "  ", "'", "\u{2019}", "Ada", "{{", "}}", "€",
    "é", "日本", "\u{0}",
    "\n", "june", "3rd", "of", "12", ":", "30", "pm", "-", "/", "+", "(", ")", "in", "two", "weeks", "my name is", "👩‍👩‍👧",
    "\u{301}", "%",
    "99999999999999999999", "dollars", "http://", "www.", "u.s.", "New", "York", "out of", "twenty", "account", "gold",
  ]

  private static func check(_ text: String) {
    let entities = EntityExtractor().entities(in: text)
    let bytes = Array(text.utf8)
    var end = 0
    for entity in entities {
      #expect(entity.range.lowerBound >= end && entity.range.upperBound <= bytes.count && !entity.range.isEmpty)
      #expect(String(validating: bytes[entity.range], as: UTF8.self) == entity.text)
      end = entity.range.upperBound
    }
    #expect(entities.count <= EntityExtractor.mostEntities)
    let masked = EntityExtractor.delexicalized(text, entities)
    let masks = entities.filter(\.kind.isDelexicalized)
    #expect(
      masked.utf8.count == bytes.count + masks.reduce(0) { $0 + $1.kind.slots[0].utf8.count + 4 - $1.text.utf8.count })
  }

  @Test("entities lie inside the text, between characters, in order, apart", arguments: 0..<20)
  func pieces(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed) + 900)
    for _ in 0..<50 {
      Self.check(
        (0..<Int.random(in: 0...20, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
          .joined(separator: Bool.random(using: &random) ? " " : ""))
    }
  }

  @Test("random bytes are read like any text", arguments: 0..<20)
  func bytes(_ seed: Int) {
    var random = SeededRandom(seed: UInt64(seed) + 5000)
    for _ in 0..<50 {
      Self.check(
        String(
          decoding: (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
          }, as: UTF8.self))
    }
  }

  @Test(
    "time grows with the length alone",
    arguments: ["1.", "a.", "-1", "order ", "{", "in ", "$1,", "twenty ", "A ", "new ", "#", "my name is "])
  func linear(_ piece: String) {
    let clock = ContinuousClock()
    func time(_ bytes: Int, _ runs: Int) -> Duration {
      let text = String(repeating: piece, count: bytes / piece.utf8.count)
      return (0..<runs).map { _ in clock.measure { _ = EntityExtractor().entities(in: text) } }.min() ?? .zero
    }
    // Sixteen times the text: a square would take 256 times as long. The bound leaves room for a busy machine.
    let (short, long) = (time(1_000, 4), time(16_000, 1))
    #expect(long < short * 160 + .milliseconds(300), "\(short) and \(long)")
  }

  @Test("a text beyond the bound has no entities there")
  func bounded() {
    let far = String(repeating: "word ", count: 20_000) + "order 12345678"
    #expect(EntityExtractor().entities(in: far) == [])
    let list = String(repeating: "order 12345678, ", count: 500)
    #expect(EntityExtractor().entities(in: list).count == EntityExtractor.mostEntities)
  }

  @Test("a slot of a kind takes its one value, and none where there are two")
  func values() {
    func filled(_ text: String, _ prompt: String, _ constants: [String: String] = [:]) -> SlotText.Filling {
      SlotText(lenient: text).filled(
        from: SlotValues(constants: constants, entities: EntityExtractor().entities(in: prompt)))
    }
    #expect(filled("Order {{order  number}} is gone.", "cancel order 12345678").text == "Order 12345678 is gone.")
    let two = filled("Order {{Order Number}}.", "cancel order 12345678, not order 87654321")
    #expect(two.text == "Order {{Order Number}}." && two.open == ["Order Number"] && !two.usesPrompt)
    let constant = filled("See {{Website URL}} {x} {{", "", ["website url": "https://example.org"])
    #expect(constant.text == "See https://example.org {x} {{" && !constant.usesPrompt)
  }

  @Test("the prompt is read with slots, and filled back")
  func roundTrip() {
    let prompt = "refund $20 of order 12345678 to ada"
    let masked = EntityExtractor().delexicalized(prompt)
    #expect(masked == "refund {{Refund Amount}} of order {{Order Number}} to ada")
    let values = SlotValues(entities: EntityExtractor().entities(in: prompt))
    #expect(SlotText(lenient: masked).filled(from: values).text == prompt)
  }

  @Test(
    "braces that do not pair are named with their line",
    arguments: [
      ("a {{b}", 1), ("a\n}} b", 2), ("{{a\nb}}", 1), ("{{ }}", 1), ("{{{a}}}", 1), ("x\ny {{a {{b}} }}", 2),
    ])
  func unbalanced(_ text: String, _ line: Int) {
    #expect { try SlotText(strict: text) } throws: { ($0 as? SlotText.Problem)?.line == line }
  }
}
