import Testing
import WeirDomain

@testable import WeirRetrieval

/// What is found for a question, and in which order.
@Suite struct DocumentIndexTests {
  @Test func `operators, quotes and odd characters are only words`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("Plain words about near and not.", to: "a.txt")
    try folder.index(store, encoder)
    for question in [
      "\"", "a OR b NOT c NEAR(d)", "trail:words", "words*", "-words", "^plain", "(", "\0", "", "🦆", "' ; DROP TABLE x",
      String(repeating: "word ", count: 10_000),
    ] {
      _ = try folder.search(store, encoder, question)
    }
    #expect(try folder.search(store, encoder, "words:\"near\" OR (", mode: .lexical).count == 1)
    #expect(try folder.search(store, encoder, "?!", mode: .lexical).isEmpty)
  }

  @Test func `places and headings are as in the file`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("# Shop\n\n## Refunds\nMoney comes back\nin ten days.\n", to: "r.md")
    try folder.index(store, encoder)
    let found = try #require(try folder.search(store, encoder, "money back").first)
    #expect(found.trail == ["Shop", "Refunds"])
    #expect(found.place == "docs/r.md:4-5")
    #expect(found.score > 0.2)
    #expect(found.score <= 1)
    #expect(try folder.search(store, encoder, "refunds", mode: .lexical).count == 1)
  }

  @Test func `a near-copy of a better passage waits behind what is new`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("refund money back ten days", to: "a.txt")
    try folder.write("refund money back ten days", to: "b.txt")
    try folder.write("refund money card bank transfer", to: "c.txt")
    try folder.index(store, encoder)
    let found = try folder.search(store, encoder, "refund money back", mode: .dense)
    #expect(found.map(\.source).first == "docs/a.txt")
    let ranking = Ranking(mode: .dense, novelty: 0.5)
    let index = try DocumentIndex(store: store, encoder: encoder.encoder, settings: folder.settings)
    let diverse = try index.search(
      "refund money back", vector: WordEncoder.vector("refund money back"), count: 3, floor: 0, ranking: ranking)
    #expect(diverse.map(\.source) == ["docs/a.txt", "docs/c.txt", "docs/b.txt"])
  }

  @Test func `what scores below the floor is left out`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("refund money back", to: "a.txt")
    try folder.index(store, encoder)
    let index = try DocumentIndex(store: store, encoder: encoder.encoder, settings: folder.settings)
    let odd = "volcanic glass sonnet"
    #expect(try index.search(odd, vector: WordEncoder.vector(odd), count: 5, floor: 0.3).isEmpty)
  }

  @Test func `the version changes with every document and with nothing else`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    func version() throws -> String {
      try folder.index(store, encoder)
      return try DocumentIndex(store: store, encoder: encoder.encoder, settings: folder.settings).version
    }
    let empty = try version()
    try folder.write("one", to: "a.txt")
    let one = try version()
    try folder.write("one", to: "a.txt", secondsAgo: 100)
    #expect(try version() == one)
    try folder.write("two", to: "a.txt", secondsAgo: 50)
    let two = try version()
    try folder.write("one", to: "a.txt", secondsAgo: 40)
    #expect(try version() == one)
    try folder.remove("a.txt")
    #expect(try version() == empty)
    #expect(Set([empty, one, two]).count == 3)
  }

  @Test func `the reciprocal ranking and the sum agree with their definitions`() {
    let candidates = [
      Ranking.Candidate(id: 1, similarity: 0.9, wordScore: 0), Ranking.Candidate(id: 2, similarity: 0.5, wordScore: 6),
      Ranking.Candidate(id: 3, similarity: 0.1, wordScore: 18),
    ]
    let sum = Ranking(mode: .fused, denseWeight: 0.5, halfWordScore: 6).ranked(candidates)
    #expect(sum.map(\.candidate.id) == [2, 1, 3])
    #expect(abs(sum[0].score - 0.5) < 1e-9)
    let reciprocal = Ranking(mode: .reciprocal).ranked(candidates)
    #expect(reciprocal.map(\.candidate.id) == [3, 2, 1])
    #expect(abs(reciprocal[0].score - (1.0 / 61 + 1.0 / 63)) < 1e-9)
  }
}
