import Testing
import WeirDomain

@Suite struct TimeSpanTests {
  @Test func `a time reads back from its shortest text`() {
    for seconds in [0, 1, 59, 60, 61, 3_600, 5_400, 86_400, 604_800, 31_536_000] {
      #expect(TimeSpan.seconds(TimeSpan.text(seconds: seconds)) == seconds)
    }
    #expect(TimeSpan.text(seconds: 1_209_600) == "2w" && TimeSpan.text(seconds: 90) == "90s")
  }

  @Test(arguments: ["", "s", "1.5h", "-1s", "1hh", "1 h", "\u{661}s", "9223372036854775807w", "h1"])
  func `what is no time is refused`(text: String) {
    #expect(TimeSpan.seconds(text) == nil)
  }

  @Test func `people read the two largest units`() {
    #expect(TimeSpan.rough(milliseconds: 0) == "0s")
    #expect(TimeSpan.rough(milliseconds: 61_000) == "1m 1s")
    #expect(TimeSpan.rough(milliseconds: 86_400_000 + 60_000) == "1d")
    #expect(TimeSpan.rough(milliseconds: 90_061_000) == "1d 1h")
    #expect(TimeSpan.rough(milliseconds: .min) == "106751991167d 7h")
  }
}
