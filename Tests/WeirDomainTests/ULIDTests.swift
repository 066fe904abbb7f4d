import Testing
import WeirDomain

@Suite struct ULIDTests {
  private struct Counter: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state
    }
  }

  @Test func `the text reads back as the same id`() throws {
    var random = Counter(state: 7)
    for step in 0..<1000 {
      let id = ULID(at: Timestamp(milliseconds: Int64(step) * 1_700_000_003), using: &random)
      #expect(id.description.utf8.count == 26)
      #expect(try #require(ULID(id.description)) == id)
    }
  }

  @Test func `later ids sort after earlier ones, as values and as texts`() {
    var random = Counter(state: 1)
    let ids = (1...500).map { ULID(at: Timestamp(milliseconds: 1_700_000_000_000 + Int64($0)), using: &random) }
    #expect(ids == ids.sorted())
    #expect(ids.map(\.description) == ids.map(\.description).sorted())
  }

  @Test func `the specification's example of a time is written as it says`() {
    var random = Counter(state: 1)
    let id = ULID(at: Timestamp(milliseconds: 1_469_918_176_385), using: &random)
    #expect(id.description.hasPrefix("01ARYZ6S41"))
  }

  @Test(arguments: ["", "01ARZ3NDEKTSV4RRFFQ69G5FA", "81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAU"])
  func `what is no id is refused`(text: String) {
    #expect(ULID(text) == nil)
  }
}
