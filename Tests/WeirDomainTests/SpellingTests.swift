import Testing

@testable import WeirDomain

@Suite struct SpellingTests {
  /// The definition, without any table: slow and plainly right.
  private func naive(_ left: ArraySlice<Unicode.Scalar>, _ right: ArraySlice<Unicode.Scalar>) -> Int {
    guard let a = left.last else { return right.count }
    guard let b = right.last else { return left.count }
    let (shorterLeft, shorterRight) = (left.dropLast(), right.dropLast())
    var least = min(naive(shorterLeft, right) + 1, naive(left, shorterRight) + 1)
    least = min(least, naive(shorterLeft, shorterRight) + (a == b ? 0 : 1))
    if shorterLeft.last == b, shorterRight.last == a, let _ = shorterLeft.last {
      least = min(least, naive(shorterLeft.dropLast(), shorterRight.dropLast()) + 1)
    }
    return least
  }

  @Test func `distances equal the definition's on all short words`() {
    let letters: [Unicode.Scalar] = ["a", "b"]
    var words: [[Unicode.Scalar]] = [[]]
    for _ in 0..<4 { words += words.flatMap { word in letters.map { word + [$0] } } }
    words = Array(Set(words)).sorted { String(describing: $0) < String(describing: $1) }
    for left in words {
      for right in words { #expect(Spelling.distance(left, right) == naive(left[...], right[...])) }
    }
  }

  @Test func `nothing is suggested for a name like no other`() {
    #expect(Spelling.nearest(to: "zzzzzz", among: ["routing", "cache"]) == nil)
    #expect(Spelling.nearest(to: "cahce", among: ["routing", "cache"]) == "cache")
  }
}
