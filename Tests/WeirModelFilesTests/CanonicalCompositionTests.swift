@_spi(_Unicode) import Swift
import Testing
import WeirTestSupport

@testable import WeirModelFiles

@Suite struct CanonicalCompositionTests {
  /// The definition: the standard library's form of every run of characters that Unicode 9 knows.
  private func model(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var run = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if UnicodeClasses.isKnown(scalar, 9) {
        run.append(scalar)
      } else {
        result.append(contentsOf: String(run)._nfc)
        run = String.UnicodeScalarView()
        result.append(scalar)
      }
    }
    result.append(contentsOf: String(run)._nfc)
    return String(result)
  }

  private func text(_ scalars: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static let all = (UInt32(0)..<0x3_2000).compactMap { Unicode.Scalar($0) }

  @Test func `no character that stays is changed or joins what stands before it`() {
    var joining: Set<Unicode.Scalar> = []
    for scalar in Self.all where Array(String(scalar)._nfc) == [scalar] {
      joining.formUnion(Array(String(scalar)._nfd).dropFirst())
    }
    #expect(joining.count > 60)
    for scalar in Self.all where CanonicalComposition.isStable(scalar) {
      #expect(Array(String(scalar)._nfc) == [scalar] && scalar.properties.canonicalCombiningClass == .notReordered)
      #expect(!joining.contains(scalar))
    }
  }

  @Test func `the composed form is that of the standard library`() {
    var random = SeededRandom(seed: 5)
    let marks = Self.all.filter { $0.properties.canonicalCombiningClass != .notReordered }
    let changing = Self.all.filter { Array(String($0)._nfc) != [$0] || String($0)._nfd.contains { $0.value < 0x80 } }
    let jamo = (UInt32(0x1100)...0x11FF).compactMap { Unicode.Scalar($0) }
    let letters = Array("aeoAEO".unicodeScalars)
    for round in 0..<4000 {
      let pools = [letters, marks, changing, jamo, Self.all, Array("ab 日 が".unicodeScalars)]
      var scalars: [Unicode.Scalar] = []
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        let pool = pools[Int.random(in: 0..<pools.count, using: &random)]
        // Long runs of marks too, which take the other way.
        for _ in 0..<[1, 1, 2, 3, 60][Int.random(in: 0..<5, using: &random)] {
          scalars.append(pool[Int.random(in: 0..<pool.count, using: &random)])
        }
      }
      let text = text(scalars)
      #expect(
        Array((CanonicalComposition.composed(text) ?? text).unicodeScalars) == Array(model(text).unicodeScalars),
        "round \(round)")
    }
  }

  @Test func `runs are composed as the standard library does`() {
    var random = SeededRandom(seed: 6)
    let pool = Self.all.filter {
      $0.properties.canonicalCombiningClass != .notReordered && UnicodeClasses.isKnown($0, 9)
    }
    for base in ["a", "e\u{301}", "\u{1100}\u{1161}\u{11A8}", "\u{301}", "\u{0DD9}\u{0DCA}", "\u{1E9B}", "가\u{11A8}"] {
      for _ in 0..<200 {
        let marks = (0..<Int.random(in: 0...20, using: &random)).map { _ in
          pool[Int.random(in: 0..<(Bool.random(using: &random) ? 60 : pool.count), using: &random)]
        }
        let text = text(Array(base.unicodeScalars) + marks)
        #expect(CanonicalComposition.composedRun(Array(text.unicodeScalars)) == Array(text._nfc))
      }
    }
  }

  @Test func `half a million marks take no quadratic time`() {
    let text = "a" + String(repeating: "\u{301}\u{323}", count: 250_000)
    let composed = CanonicalComposition.composed(text)
    #expect(composed?.unicodeScalars.first == "\u{1EA1}")
    #expect(composed?.unicodeScalars.count == 500_000)
  }

  @Test func `quick answers about classes are those of the standard library`() {
    for scalar in Self.all where scalar.value >= 0x80 {
      #expect(UnicodeClasses.patternClass(scalar) == UnicodeClasses.slowPatternClass(scalar))
      #expect(UnicodeClasses.isNumeric(scalar) == UnicodeClasses.slowIsNumeric(scalar))
    }
  }
}
