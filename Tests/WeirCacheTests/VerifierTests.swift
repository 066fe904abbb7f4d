import Testing
import WeirDomain
import WeirTestSupport

@testable import WeirCache

@Suite struct HitCalibrationTests {
  private func family(_ name: String, _ count: Int, wrongAt wrong: Set<Int>) -> HitCalibration.Family {
    HitCalibration.Family(
      name: name, probabilities: (0..<count).map { 1 - Double($0) / Double(2 * count) },
      wasRight: (0..<count).map { !wrong.contains($0) })
  }

  @Test func `a budget that the evidence is too thin for serves nothing, and says which kind of data is short`() {
    let thin = HitCalibration(families: [family("a", 1_000, wrongAt: []), family("b", 20, wrongAt: [])])
    #expect(thin.threshold(budget: 0.01).probability == nil)
    #expect(thin.threshold(budget: 0.01).family == "b")
    #expect(thin.threshold(budget: 0.1).probability != nil)
    #expect(HitCalibration(families: []).threshold(budget: 0.01).probability == nil)
  }

  @Test func `a hard kind of data sets the threshold of all`() {
    let hard = family("hard", 1_000, wrongAt: Set(400..<1_000))
    let both = HitCalibration(families: [family("easy", 5_000, wrongAt: []), hard]).threshold(budget: 0.01)
    #expect(both.family == "hard")
    #expect(abs((both.probability ?? 0) - 0.8) < 0.01)
  }

  @Test func `a larger budget never asks for more`() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<20 {
      let count = Int.random(in: 200...2_000, using: &random)
      let wrong = Set((0..<count).filter { Double.random(in: 0..<1, using: &random) < Double($0) / Double(count * 4) })
      let calibration = HitCalibration(families: [family("a", count, wrongAt: wrong)])
      var last = 2.0
      for budget in [0.005, 0.01, 0.02, 0.05, 0.1, 0.2] {
        let threshold = calibration.threshold(budget: budget).probability ?? 1.5
        #expect(threshold <= last)
        last = threshold
      }
    }
  }

  @Test func `the bound holds for as many draws as it says`() {
    // Decisions that are wrong with 1 % whatever their probability: a budget of 1 % must seldom be found proven.
    var random = SeededRandom(seed: 11)
    var proven = 0
    for _ in 0..<300 {
      let wrong = Set((0..<2_000).filter { _ in Double.random(in: 0..<1, using: &random) < 0.0101 })
      if HitCalibration.proven(family("a", 2_000, wrongAt: wrong), budget: 0.01, risk: 0.1) != nil { proven += 1 }
    }
    #expect(proven < 300 / 7)
  }
}

@Suite struct EntryTrustTests {
  private func evidence(right: Int, wrong: Int) -> [ResponseCache.Evidence] {
    (0..<right + wrong).map { .init(score: 0.99, wasRight: $0 < right, at: .init(milliseconds: 0)) }
  }

  @Test func `a refuted entry needs more, a confirmed one less, an unjudged one what all need`() {
    #expect(EntryTrust([]).threshold(0.98) == 0.98)
    #expect(EntryTrust(evidence(right: 0, wrong: 1)).threshold(0.98) > 0.995)
    #expect(EntryTrust(evidence(right: 30, wrong: 0)).threshold(0.98) < 0.98)
    // However often confirmed: never below twice the usual risk.
    #expect(EntryTrust(evidence(right: 60, wrong: 0)).threshold(0.98) >= 0.96)
    #expect(
      EntryTrust(evidence(right: 10, wrong: 3)).threshold(0.98)
        > EntryTrust(evidence(right: 10, wrong: 1)).threshold(0.98))
  }
}

@Suite struct NeighbourhoodTests {
  private func near(_ vector: [Float], _ answer: UInt64, _ prompt: String, asked: [Float]) -> NearPrompt {
    let lanes = NearPrompt.lanes(of: vector)
    return NearPrompt(
      similarity: Neighbourhood.dot(lanes, NearPrompt.lanes(of: asked)), vector: lanes, answer: answer,
      words: WordSet(prompt))
  }

  @Test func `neighbours that agree speak for the answer, and one that contradicts against it`() {
    let asked: [Float] = [1, 0, 0]
    let (left, middle, right): ([Float], [Float], [Float]) = ([0.8, 0.6, 0], [0.8, 0, 0.6], [0.8, -0.6, 0])
    let words = WordSet("cancel my order")
    func features(_ answers: [UInt64]) -> [Float] {
      Neighbourhood(
        asked: words,
        neighbours: zip([left, middle, right], answers).map { near($0, $1, "cancel the order", asked: asked) }
      ).features()
    }
    let (agreed, alone) = (features([1, 1, 1]), features([1, 2, 2]))
    #expect(agreed[.vote10] == 1)
    #expect(abs(alone[.vote10] - 1 / 3) < 1e-4)
    #expect(agreed[.broadLead] > 0 && alone[.broadLead] < 0)
    #expect(agreed[.other1] == 0 && abs(alone[.margin]) < 1e-5)
    #expect(agreed[.unsaidByFellows] == 0)
    #expect((agreed + alone).filter { !$0.isFinite }.isEmpty)
  }

  @Test func `equal vectors and single neighbours give finite features`() {
    let asked: [Float] = [1, 0, 0]
    for count in 1...20 {
      let same = (0..<count).map { near(asked, UInt64($0 % 3), "", asked: asked) }
      let features = Neighbourhood(asked: WordSet(""), neighbours: same).features()
      #expect(features.count == VerifierFeature.allCases.count)
      #expect(features.filter { !$0.isFinite }.isEmpty)
    }
  }

  @Test func `a small system is solved as by hand`() {
    var matrix: [Float] = [4, 2, 2, 3]
    let solution = Cholesky.solve(&matrix, [10, 9])
    #expect(abs(solution[0] - 1.5) < 1e-5 && abs(solution[1] - 2) < 1e-5)
  }

  @Test func `words are counted by their stems, each once, without those that carry no topic`() {
    let words = WordSet("Please cancel my orders, the order is cancelled!")
    #expect(words == WordSet("cancel order"))
    #expect(words.unsaid(in: WordSet("order")) == 0.5)
    #expect(words.union(WordSet("refund")).count == 3)
    #expect(WordSet("").unsaid(in: words) == 0)
  }

  @Test func `answers that differ in case and white space only are the same`() {
    #expect(NearPrompt.answerDigest("Yes, it is.") == NearPrompt.answerDigest("yes,  it is.\n"))
    #expect(NearPrompt.answerDigest("Yes, it is.") != NearPrompt.answerDigest("Yes, it is not."))
  }
}

@Suite struct GuardReadingTests {
  private func reading(_ left: String, _ right: String) -> GuardReading {
    SimilarityGuard.reading(PromptWords(left), PromptWords(right))
  }

  @Test(arguments: [
    ("turn on the lights", "turn off the lights", GuardRefusal.polarity),
    ("convert 10 km to miles", "convert 12 km to miles", .numbers),
    ("pasta with meat", "pasta without meat", .negation),
    ("what is the capital of France", "what is the capital of Spain", .names),
    ("flights from Paris to London", "flights from London to Paris", .direction),
    ("write a program in C", "write a program in C++", .literals),
    ("wie storniere ich die Bestellung", "how do I cancel the order", .language),
  ])
  func `hard evidence is refused whatever the verifier finds`(left: String, right: String, reason: GuardRefusal) {
    #expect(reading(left, right).refusal == reason)
    #expect(reading(right, left).refusal == reason)
  }

  @Test func `a word in the place of another is weighed, not refused`() {
    let found = reading("hotels in berlin", "hotels in munich")
    #expect(found.refusal == nil)
    #expect(found.replacesWord && found.hasSameFrame && !found.addsWords)
    #expect(reading("cheap hotels in berlin", "hotels in berlin").addsWords)
    #expect(reading("why is my card blocked", "how do I use my blocked card").asksOtherwise)
  }
}
