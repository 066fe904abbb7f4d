import Testing

@testable import WeirDomain

@Suite struct TextColumnTests {
  @Test func `widths are those of a terminal`() {
    #expect(TextColumn.width("abc") == 3)
    #expect(TextColumn.width("cafe\u{301}") == 4)
    #expect(TextColumn.width("日本") == 4)
    #expect(TextColumn.width("\u{1F600}") == 2)
  }

  @Test func `a name that is too long is cut by columns, not by letters`() {
    #expect(TextColumn.padded("日本語", 4) == "日\u{2026} ")
    #expect(TextColumn.padded("abcdef", 4) == "abc\u{2026}")
    #expect(TextColumn.padded("ab", 4) == "ab  ")
  }

  @Test func `nothing in a name can move the cursor or turn the line around`() {
    #expect(TextColumn.printable("a\u{1B}[31m\n\u{202E}b\u{7}") == "a\u{FFFD}[31m\u{FFFD}\u{FFFD}b\u{FFFD}")
  }

  @Test func `bars are in eighths, and something is never nothing`() {
    #expect(TextColumn.bar(0, width: 10) == "")
    #expect(TextColumn.bar(0.0001, width: 10) == "\u{258F}")
    #expect(TextColumn.bar(0.5, width: 3) == "\u{2588}\u{258C}")
    #expect(TextColumn.bar(2, width: 2) == "\u{2588}\u{2588}")
    #expect(TextColumn.bar(.nan, width: 2) == "")
  }

  @Test(
    arguments: [
      (0, "0 ns"), (999, "999 ns"), (1_234, "1.23 us"), (45_600_000, "45.6 ms"), (789_000_000, "789 ms"),
      (61_000_000_000, "61.0 s"),
    ] as [(Int64, String)])
  func `durations have three digits`(nanoseconds: Int64, text: String) {
    #expect(TextColumn.duration(nanoseconds) == text)
  }
}
