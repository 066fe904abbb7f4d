import Testing

@testable import WeirConfiguration

@Suite struct ByteCountTests {
  @Test func `units are read`() {
    for (text, bytes) in [
      ("0", 0), ("1", 1), ("256MiB", 268_435_456), ("1 kB", 1_000), ("3gib", 3_221_225_472), ("2TB", 2_000_000_000_000),
    ] {
      #expect(ByteCount.parse(text) == bytes)
    }
    for text in [
      "", " ", "MiB", "1.5MiB", "-1", "1 MiB ", "1  MiB", "9999999999999999999", "99999999TiB", "1PiB", "\u{0661}",
    ] {
      #expect(ByteCount.parse(text) == nil)
    }
  }
}
