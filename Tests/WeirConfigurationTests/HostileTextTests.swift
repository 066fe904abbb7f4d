import Testing

@testable import WeirConfiguration

/// Random bytes, and good files damaged at random, give a failure or a configuration; never a crash.
@Suite struct HostileTextTests {
  /// SplitMix64, so that a failing round can be repeated from its seed.
  struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  /// A sentence or nothing; what counts is that it returns.
  static func outcome(_ text: String) -> String {
    ConfigurationTests.message(text) ?? ""
  }

  @Test(arguments: 0..<4) func `random characters`(_ seed: UInt64) {
    var random = SeededRandom(state: seed)
    let letters = Array("[]{}=\"'#.,\\\n\t 0123456789_-+eEtruefalsinanx:TZ\u{0}\u{7F}é\u{1F600}")
    for _ in 0..<400 {
      let count = Int.random(in: 0...80, using: &random)
      let text = String((0..<count).map { _ in letters.randomElement(using: &random) ?? "x" })
      _ = Self.outcome(text)
    }
  }

  @Test(arguments: 0..<4) func `templates with bytes changed, lost and doubled`(_ seed: UInt64) {
    var random = SeededRandom(state: seed)
    let original = Array(TemplateTests.uncommented.utf8)
    for _ in 0..<150 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let position = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: position)
        case 2: bytes.insert(contentsOf: bytes[position...].prefix(30), at: position)
        default: bytes.removeSubrange(position..<min(bytes.count, position + 40))
        }
      }
      _ = Self.outcome(String(decoding: bytes, as: UTF8.self))
    }
  }

  @Test func `templates cut anywhere`() {
    let bytes = Array(TemplateTests.uncommented.utf8)
    for end in stride(from: 0, through: bytes.count, by: 37) {
      _ = Self.outcome(String(decoding: bytes[..<end], as: UTF8.self))
    }
  }

  @Test func `deep nesting is refused`() {
    for opening in ["[", "{a="] {
      let text = "x = " + String(repeating: opening, count: 100_000)
      #expect(Self.outcome(text).contains("this is not TOML"))
    }
    #expect(!Self.outcome(String(repeating: "a.", count: 50_000) + "b = 1").isEmpty)
  }

  @Test func `a file of a megabyte and more is refused`() {
    #expect(Self.outcome(String(repeating: "# x\n", count: 300_000)).contains("at most 1048576 are read"))
  }

  @Test func `control characters of a value do not reach the terminal`() throws {
    let found = try ConfigurationTests.parse("[node]\nregion = \"\\u001b[31m\\u009b\"")
    #expect(
      found.describe().unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    )
  }
}
