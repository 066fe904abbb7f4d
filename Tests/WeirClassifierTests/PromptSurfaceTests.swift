import Glibc
import Testing
import WeirTestSupport

@testable import WeirClassifier

@Suite struct PromptSurfaceTests {
  /// The definition once more, with the standard library's splitting, for texts of ASCII.
  private static func expected(_ text: String) -> [Double] {
    let bytes = Array(text.utf8)
    func count(_ isCounted: (UInt8) -> Bool) -> Double { Double(bytes.count(where: isCounted)) }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let symbols = Set("=+*/^<>|~&\\{}[]_$%".utf8)
    let words = text.split { $0.utf8.allSatisfy { $0 <= 0x20 } }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Double($0.utf8.count) }
    let digits = count(isDigit)
    // "1,000.50" is one number, and so is "3." before a letter.
    let numbers = Double(text.matches(of: /[0-9][0-9.,]*/).count)
    let ends = Double(
      zip(bytes, Array(bytes.dropFirst()) + [0x20]).count { ".?!".utf8.contains($0) && $1 <= 0x20 })
    let length = Double(bytes.count)
    let words1 = max(1, Double(words.count))
    let mean = lines.reduce(0, +) / Double(lines.count)
    let spread = (lines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lines.count)).squareRoot()
    let plain = words.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
    let negations: Set<String> = ["not", "no", "never", "dont", "except"]
    let isMark = { (byte: UInt8) in
      byte > 0x20 && byte < 0x7F && !isDigit(byte) && !(0x41...0x5A ~= byte) && !(0x61...0x7A ~= byte)
    }
    return [
      log(1 + length), log(1 + Double(words.count)), log(1 + Double(lines.count)), digits / length, log(1 + digits),
      log(1 + numbers), count { 0x41...0x5A ~= $0 } / length, count(isMark) / length,
      count(symbols.contains) / length, log(1 + count(symbols.contains)), log(1 + count("()".utf8.contains)),
      log(1 + count("\"`".utf8.contains)), min(count { $0 == 0x3F }, 3), log(1 + ends),
      words.reduce(0) { $0 + Double($1.utf8.count) } / words1, Double(Set(plain).count) / words1,
      Double(words.count { $0.first?.isUppercase == true }) / words1,
      Double(words.count { $0.utf8.count >= 9 }) / words1, Double(words.count { $0.utf8.count == 1 }) / words1, 0,
      log(1 + (lines.max() ?? 0)), log(1 + (lines.min() ?? 0)), log(1 + mean), log(1 + spread),
      (length - lines[0]) / length, Double(min(plain.count { negations.contains($0) }, 3)),
      text.contains("__") ? 1 : 0, log(1 + lines[0]), log(1 + count { $0 == 0x2C }),
    ]
  }

  @Test(arguments: [
    "Is 1,000.50 + 2 = 1,002.50? Yes.", "fill in the ____ please", "One line.\n\nAnother one, shorter!\nA. x\nB. y",
    "Do not, never \"quote\" (this) `code`", "x", "f(x) = {a_1: [2]} | $5 & 7%", " padded\ttext \n", "Don't! No. NOT?",
  ]) func `every value is what a plain definition says`(text: String) {
    let found = PromptSurface(of: text).values
    let expected = Self.expected(text)
    #expect(found.count == PromptSurface.count && expected.count == PromptSurface.count)
    for (index, pair) in zip(found, expected).enumerated() {
      #expect(abs(Double(pair.0) - pair.1) < 1e-5, "value \(index): \(pair.0), expected \(pair.1)")
    }
  }

  @Test func `the plain definition holds for random texts`() {
    var random = SeededRandom(seed: 11)
    let alphabet = Array("ab Z9.,?!\n_=(")
    for _ in 0..<300 {
      let text =
        "a"
        + String(
          (0..<Int.random(in: 1...60, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
      let found = PromptSurface(of: text).values
      for (index, pair) in zip(found, Self.expected(text)).enumerated() {
        #expect(abs(Double(pair.0) - pair.1) < 1e-5, "value \(index) of \(text.debugDescription)")
      }
    }
  }

  @Test func `any text has finite values, the empty and the endless one too`() {
    for text in [
      "", "\n", "\u{1F600}\u{E9}", String(repeating: "word 1.5 \n", count: 20_000),
      String(repeating: "?", count: 70_000),
    ] {
      let values = PromptSurface(of: text).values
      #expect(values.count == PromptSurface.count && values.allSatisfy { $0.isFinite && $0 >= 0 })
    }
  }

  @Test func `only the length looks beyond the scanned bytes`() {
    let start = String(repeating: "one two ", count: PromptSurface.scannedBytes / 8)
    let (short, long) = (PromptSurface(of: start).values, PromptSurface(of: start + "3 = 4?\nNOT").values)
    #expect(short.dropFirst() == long.dropFirst() && short[0] < long[0])
  }
}
