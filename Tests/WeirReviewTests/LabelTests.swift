import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirReview

@Suite struct LabelTests {
  private static let now = Timestamp(milliseconds: 5_000)

  /// A store with `count` samples: local and remote tiers in turn, every third one with another answer beside it.
  private func filled(_ count: Int) throws -> (Store, [ReviewSample]) {
    let store = try Store.inMemory(migrations: ReviewQueue.migrations)
    var random = SeededRandom(seed: 7)
    let samples = (0..<count).map { number in
      let at = Timestamp(milliseconds: Int64(number))
      let isLocal = number % 2 == 0
      return ReviewSample(
        id: ULID(at: at, using: &random), at: at, requestID: "r", tenant: "t", cause: .audit, probability: 0.25,
        prompt: "p", answer: "a", tier: isLocal ? .generator : .premium, intent: "pay", confidence: 0.9,
        traceID: ULID(at: at, using: &random), head: "h", threshold: 0.8, budget: 0.02,
        other: number % 3 == 0
          ? .init(answer: "b", tier: isLocal ? .premium : .generator, agreement: 0.5) : nil)
    }
    try store.write { transaction in for sample in samples { try ReviewQueue.keep(sample, in: transaction) } }
    return (store, samples)
  }

  private func judged(_ store: Store) throws -> [JudgedSample] {
    var all: [JudgedSample] = []
    try store.read { transaction in try ReviewQueue.judged(in: transaction) { all.append($0) } }
    return all
  }

  private func label(
    _ sample: ReviewSample, _ text: String, by reviewer: String = "anna", other: Bool = false
  ) throws -> ReviewLabel {
    ReviewLabel(
      sampleID: sample.id, reviewer: reviewer, subject: other ? .other : .answer,
      verdict: try #require(ReviewLabel.Verdict(text)), at: Self.now)
  }

  @Test func `a label is added, changed, or was there`() throws {
    let (store, samples) = try filled(3)
    var unknown = samples[0]
    unknown.id = samples[0].traceID ?? unknown.id
    let said = try [
      label(samples[0], "right"), label(samples[0], "right"), label(samples[0], "pay"),
      label(samples[0], "wrong", by: "ben"), label(samples[1], "right", other: true), label(unknown, "right"),
    ]
    let done = try store.write { transaction in try said.map { try ReviewQueue.record($0, in: transaction) } }
    #expect(done == [.added, .same, .changed, .added, .noOther, .unknownSample])
    #expect(try store.read { try ReviewQueue.labelCounts(in: $0) } == (2, 1))
    var open: [ULID] = []
    try store.read { try ReviewQueue.samples(unlabelled: true, in: $0) { open.append($0.id) } }
    #expect(open == [samples[1].id, samples[2].id])
  }

  @Test func `what is kept of a sample comes back`() throws {
    let (store, samples) = try filled(7)
    for sample in samples { #expect(try store.read { try ReviewQueue.sample(sample.id, in: $0) } == sample) }
  }

  /// What the votes come to, worked out by hand for each kind of label.
  @Test(
    arguments: [
      // A local answer (0): right and wrong are about it, and so is the intent.
      (0, ["anna": "right"], true, true), (0, ["anna": "wrong"], false, false), (0, ["anna": "pay"], true, true),
      (0, ["anna": "refund"], false, false), (0, ["a": "right", "b": "wrong"], nil, nil),
      (0, ["a": "right", "b": "wrong", "c": "refund"], false, false),
      // A remote answer (1): another intent says that the local one would have been wrong; the same one says nothing.
      (1, ["anna": "right"], nil, true), (1, ["anna": "pay"], nil, nil),
      (1, ["a": "refund", "b": "right"], false, true),
    ] as [(Int, [String: String], Bool?, Bool?)])
  func `the majority of reviewers decides, and a tie decides nothing`(
    number: Int, votes: [String: String], local: Bool?, given: Bool?
  ) throws {
    let (store, samples) = try filled(2)
    try store.write { transaction in
      for (reviewer, text) in votes {
        try ReviewQueue.record(try label(samples[number], text, by: reviewer), in: transaction)
      }
    }
    let found = try #require(try judged(store).first)
    #expect(found.localWasRight == local)
    #expect(found.givenWasRight == given)
    #expect(found.isTied == (votes.count == 2 && number == 0))
    #expect(found.reviewers == votes.count)
    #expect(found.weight == 4 && found.confidence == 0.9 && found.head == "h" && found.threshold == 0.8)
  }

  @Test func `the other answer's label tells of the local one where that was not given`() throws {
    let (store, samples) = try filled(4)
    try store.write { transaction in
      try ReviewQueue.record(try label(samples[3], "right"), in: transaction)
      try ReviewQueue.record(try label(samples[3], "wrong", other: true), in: transaction)
      try ReviewQueue.record(try label(samples[0], "wrong", other: true), in: transaction)
    }
    let found = try judged(store)
    #expect(found.map(\.id) == [samples[3].id, samples[0].id])
    #expect(found[0].localWasRight == false && found[0].givenWasRight == true && found[0].otherTier == .generator)
    #expect(found[1].localWasRight == nil && found[1].givenWasRight == nil)
  }

  @Test func `samples keep their order when labels are added to them`() throws {
    let (store, samples) = try filled(40)
    var random = SeededRandom(seed: 3)
    var order: [ULID] = []
    for _ in 0..<200 {
      let sample = samples[Int.random(in: 0..<40, using: &random)]
      let said = try label(
        sample, Bool.random(using: &random) ? "right" : "refund", by: "r\(Int.random(in: 0..<3, using: &random))")
      try store.write { try ReviewQueue.record(said, in: $0) }
      if !order.contains(sample.id) { order.append(sample.id) }
      #expect(try judged(store).map(\.id) == order)
    }
  }

  // MARK: Import

  private func line(_ sample: ReviewSample, _ label: String, _ more: String = "") -> [UInt8] {
    Array("{\"id\":\"\(sample.id)\",\"label\":\"\(label)\"\(more)}".utf8)
  }

  @Test func `an exported file comes back, and importing it again changes nothing`() throws {
    let (store, samples) = try filled(6)
    var lines: [[UInt8]] = []
    try ReviewQueue.export(from: store) { lines.append(Array($0.utf8)) }
    var first = LabelImport(reviewer: "anna")
    #expect(try first.take(numbered(lines), at: Self.now, into: store).isEmpty)
    #expect(first.tally.unlabelled == 6)
    lines = lines.map {
      Array(
        String(decoding: $0, as: UTF8.self).replacing("\"label\":null", with: "\"label\":\"right\"").replacing(
          "\"other_answer\":\"b\"", with: "\"other_answer\":\"b\",\"other_label\":\"wrong\""
        ).replacing(",\"other_label\":null}", with: ",\"reviewer\":\"ben\"}").utf8)
    }
    var second = LabelImport(reviewer: "anna")
    #expect(try second.take(numbered(lines), at: Self.now, isDry: true, into: store).isEmpty)
    #expect(second.tally.added == 8)
    #expect(try judged(store).isEmpty)
    for expected in [(8, 0), (0, 8)] {
      var labels = LabelImport(reviewer: "anna")
      #expect(try labels.take(numbered(lines), at: Self.now, into: store).isEmpty)
      #expect((labels.tally.added, labels.tally.same) == expected)
    }
    #expect(try judged(store).count == samples.count)
  }

  private func numbered(_ lines: [[UInt8]]) -> [(number: Int, bytes: [UInt8])] {
    lines.enumerated().map { ($0 + 1, $1) }
  }

  @Test func `lines that cannot be taken are named by number, and the others count`() throws {
    let (store, samples) = try filled(4)
    let (a, b) = (samples[0], samples[1])
    let lines: [([UInt8], String?)] = [
      (line(a, "right"), nil), (line(a, "right"), nil), (line(a, "wrong"), "contradiction"),
      (line(a, "wrong", ",\"reviewer\":\"ben\""), nil), (Array("{".utf8), "malformed_json"), ([0xFF], "invalid_utf8"),
      (Array("[]".utf8), "malformed_json"), (Array("{\"id\":7}".utf8), "invalid_field"),
      (Array("{\"label\":\"right\"}".utf8), "invalid_field"), (line(a, "right", ",\"labl\":1"), "unknown_field"),
      (line(b, "right", ",\"other_label\":\"wrong\""), "no_other_answer"),
      (Array("{\"id\":\"\(a.id)\",\"label\":true}".utf8), "invalid_field"),
      (line(a, String(repeating: "x", count: 129)), "invalid_field"), (line(a, "a\\u001Bb"), "invalid_field"),
      (line(a, "right", ",\"reviewer\":\"\(String(repeating: "y", count: 129))\""), "invalid_field"),
      (line(a, "right", ",\"reviewer\":\"\""), "invalid_field"),
      (Array("{\"id\":\"00000000000000000000000000\",\"label\":\"right\"}".utf8), "unknown_sample"),
      (Array((String(repeating: "[", count: 4000)).utf8), "malformed_json"),
      (line(samples[2], "new_intent"), "unknown_intent"),
      (line(samples[2], "Right"), nil),
      (line(samples[3], ""), nil),
    ]
    var labels = LabelImport(reviewer: "anna", knownIntents: ["pay"])
    let refused = try labels.take(numbered(lines.map(\.0)), at: Self.now, into: store)
    #expect(
      refused.map { "\($0.line) \($0.code)" }
        == lines.enumerated().compactMap { index, line in line.1.map { "\(index + 1) \($0)" } })
    #expect(labels.tally.refused == refused.count && labels.tally.repeated == 1 && labels.tally.unlabelled == 1)
    // Of the line with a label too many the good one stays.
    #expect(labels.tally.added == 4 && labels.tally.unknownIntents == 0)
    #expect(try judged(store).first { $0.id == samples[2].id }?.localWasRight == true)
    var allowing = LabelImport(reviewer: "ben", knownIntents: ["pay"], allowsUnknownIntents: true)
    #expect(try allowing.take([(1, line(samples[2], "new_intent"))], at: Self.now, into: store).isEmpty)
    #expect(allowing.tally.added == 1 && allowing.tally.unknownIntents == 1)
    #expect(
      refused.allSatisfy {
        !$0.message.contains("xxx") && !$0.message.contains("yyy") && !$0.message.contains("\u{1B}")
      })
  }

  @Test func `bytes of any kind are refused or taken, and never end the import`() throws {
    let (store, samples) = try filled(4)
    var random = SeededRandom(seed: 11)
    var labels = LabelImport(reviewer: "anna")
    var lines: [[UInt8]] = []
    for _ in 0..<2000 {
      var bytes = line(samples[Int.random(in: 0..<4, using: &random)], Bool.random(using: &random) ? "right" : "pay")
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
      lines.append(bytes)
    }
    let refused = try labels.take(numbered(lines), at: Self.now, into: store)
    let tally = labels.tally
    #expect(refused.count == tally.refused)
    #expect(
      tally.added + tally.changed + tally.same + tally.repeated + tally.refused + tally.unlabelled == lines.count)
    #expect(tally.refused > 500 && tally.added >= 4)
  }

  @Test func `what the store refuses leaves the import as it was`() throws {
    let (store, samples) = try filled(2)
    var labels = LabelImport(reviewer: "anna")
    try store.write { try $0.execute("ALTER TABLE review_label RENAME TO away") }
    #expect(throws: StoreFailure.self) {
      try labels.take([(1, line(samples[0], "right"))], at: Self.now, into: store)
    }
    #expect(labels.tally == .init())
    try store.write { try $0.execute("ALTER TABLE away RENAME TO review_label") }
    #expect(try labels.take([(1, line(samples[0], "right"))], at: Self.now, into: store).isEmpty)
    #expect(labels.tally.added == 1)
  }
}
