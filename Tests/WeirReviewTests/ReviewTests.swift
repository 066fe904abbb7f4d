import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirReview

@Suite struct ReviewTests {
  @Test func `confidence falls into three bands`() throws {
    let bands = try #require(ReviewBands(accept: 0.9, review: 0.6))
    let expected: [(Double?, ReviewBands.Band)] = [
      (1, .accept), (0.9, .accept), (0.8999, .acceptAndReview), (0.6, .acceptAndReview), (0.5999, .escalate),
      (0, .escalate),
      (nil, .escalate), (.nan, .escalate),
    ]
    for (confidence, band) in expected { #expect(bands.band(of: confidence) == band) }
    #expect(ReviewBands(accept: 0.6, review: 0.9) == nil)
    #expect(ReviewBands(accept: 1.1, review: 0.9) == nil)
    #expect(ReviewBands(accept: 0.5, review: -0.1) == nil)
    #expect(ReviewBands(accept: .nan, review: 0.1) == nil)
    #expect(ReviewBands(accept: 0.5, review: 0.5)?.band(of: 0.5) == .accept)
  }

  @Test func `samples are drawn with their probability, cascaded ones always`() throws {
    let sampler = try #require(ReviewSampler(uncertain: 0.5, audit: 0.01))
    #expect(
      sampler.choose(.acceptAndReview, isCascaded: false, draw: 0.49) == .init(cause: .uncertain, probability: 0.5))
    #expect(sampler.choose(.acceptAndReview, isCascaded: false, draw: 0.5) == nil)
    #expect(sampler.choose(.accept, isCascaded: false, draw: 0.009) == .init(cause: .audit, probability: 0.01))
    #expect(sampler.choose(.accept, isCascaded: false, draw: 0.01) == nil)
    #expect(sampler.choose(.escalate, isCascaded: false, draw: 0)?.cause == .audit)
    #expect(sampler.choose(.escalate, isCascaded: false, draw: 0.99) == nil)
    for band in ReviewBands.Band.allCases {
      #expect(sampler.choose(band, isCascaded: true, draw: 0.999) == .init(cause: .cascaded, probability: 1))
    }
    #expect(try #require(ReviewSampler(uncertain: 1, audit: 0)).choose(.accept, isCascaded: false, draw: 0) == nil)
    #expect(ReviewSampler(uncertain: 1.1, audit: 0) == nil && ReviewSampler(uncertain: 1, audit: .nan) == nil)
  }

  private func sample(_ number: Int, _ random: inout SeededRandom) -> ReviewSample {
    let at = Timestamp(milliseconds: Int64(number) * 1_000)
    return ReviewSample(
      id: ULID(at: at, using: &random), at: at, requestID: "r\(number)", tenant: "t",
      cause: ReviewSample.Cause.allCases[number % 3], probability: number % 3 == 2 ? 1 : 0.25,
      prompt: "how \"do\" I\n\(number)\0?", answer: "so", tier: .generator, intent: number % 2 == 0 ? "pay" : nil,
      confidence: number % 2 == 0 ? 0.75 : nil)
  }

  @Test func `samples come back as they were kept, once each, from a moment on and up to a limit`() throws {
    let store = try Store.inMemory(migrations: ReviewQueue.migrations)
    var random = SeededRandom(seed: 1)
    let samples = (0..<20).map { sample($0, &random) }
    let isNew = try store.write { transaction in
      try (samples + [samples[3]]).map { sample in try ReviewQueue.keep(sample, in: transaction) }
    }
    #expect(isNew == Array(repeating: true, count: 20) + [false])
    func read(since: Int64?, limit: Int?) throws -> [ReviewSample] {
      try store.read { transaction in
        var read: [ReviewSample] = []
        try ReviewQueue.samples(since: since.map { Timestamp(milliseconds: $0) }, limit: limit, in: transaction) {
          read.append($0)
        }
        return read
      }
    }
    #expect(try read(since: nil, limit: nil) == samples)
    #expect(try read(since: 5_000, limit: 3) == Array(samples[5..<8]))
    #expect(try read(since: nil, limit: 0).isEmpty)
    #expect(try store.read { transaction in try ReviewQueue.count(in: transaction) } == 20)
    #expect(try store.read { transaction in try ReviewQueue.count(of: .audit, in: transaction) } == 7)
  }

  @Test func `an export is a line of JSON for each sample`() throws {
    let store = try Store.inMemory(migrations: ReviewQueue.migrations)
    var random = SeededRandom(seed: 1)
    let samples = (0..<3).map { sample($0, &random) }
    try store.write { transaction in for sample in samples { try ReviewQueue.keep(sample, in: transaction) } }
    var lines: [String] = []
    #expect(try ReviewQueue.export(from: store) { lines.append($0) } == 3)
    #expect(
      lines[0]
        == "{\"id\":\"\(samples[0].id)\",\"at\":0,\"request_id\":\"r0\",\"trace_id\":null,\"tenant\":\"t\",\"cause\":\"uncertain\",\"probability\":0.25,\"prompt\":\"how \\\"do\\\" I\\n0\\u0000?\",\"answer\":\"so\",\"tier\":\"generator\",\"intent\":\"pay\",\"confidence\":0.75,\"head\":null,\"threshold\":null,\"error_budget\":null,\"other_answer\":null,\"other_tier\":null,\"agreement\":null,\"label\":null,\"other_label\":null}"
    )
    #expect(lines.allSatisfy { !$0.contains("\n") })
    struct Closed: Error {}
    #expect(throws: Closed.self) { try ReviewQueue.export(from: store) { _ in throw Closed() } }
  }

  @Test func `a probability that is none is refused by the database`() throws {
    let store = try Store.inMemory(migrations: ReviewQueue.migrations)
    var random = SeededRandom(seed: 1)
    var odd = sample(0, &random)
    odd.probability = 0
    #expect(throws: StoreFailure.self) { try store.write { transaction in try ReviewQueue.keep(odd, in: transaction) } }
  }
}
