import Testing
import WeirDomain
import WeirReview
import WeirTestSupport

@testable import WeirRouting

@Suite struct BudgetEvidenceTests {
  private func sample(
    _ tier: Tier, confidence: Double, _ isRight: Bool?, isTied: Bool = false, threshold: Double? = 0.8
  ) -> JudgedSample {
    var random = SeededRandom(seed: 1)
    let at = Timestamp(milliseconds: 1)
    var sample = JudgedSample(
      order: 0, id: ULID(at: at, using: &random), at: at, tenant: "t", cause: .audit, probability: 0.5, tier: tier,
      intent: "pay", confidence: confidence, head: "h", threshold: threshold, budget: 0.02, otherTier: nil,
      localWasRight: isRight)
    sample.isTied = isTied
    return sample
  }

  private func row(_ sample: JudgedSample) -> BudgetEvidence.Row? { BudgetEvidence.Row(sample, head: "h") }

  @Test func `reviewers who disagree count as a wrong answer`() throws {
    let tied = try #require(row(sample(.generator, confidence: 0.9, nil, isTied: true)))
    #expect(!tied.isRight && tied.wasGiven && !tied.isJudged)
    let right = try #require(row(sample(.generator, confidence: 0.9, true)))
    #expect(right.isRight && right.wasGiven && right.isJudged)
    // Given, and nobody said anything of it.
    #expect(row(sample(.generator, confidence: 0.9, nil)) == nil)
  }

  @Test func `what was sent on and has no verdict on a local answer counts as wrong below the threshold`() throws {
    let sent = try #require(row(sample(.premium, confidence: 0.7, nil)))
    #expect(!sent.isRight && !sent.wasGiven && !sent.isJudged)
    let judged = try #require(row(sample(.premium, confidence: 0.7, true)))
    #expect(judged.isRight && !judged.wasGiven && judged.isJudged)
    #expect(row(sample(.premium, confidence: 0.9, nil)) == nil)
    #expect(row(sample(.premium, confidence: 0.7, nil, threshold: nil)) == nil)
    // 400 of each: with the unjudged ones left out the lax threshold would be proved.
    func rows(_ sent: Bool?) -> [BudgetEvidence.Row] {
      (0..<800).compactMap { number in
        let isSure = number % 2 == 0
        let confidence = (isSure ? 0.8 : 0.6) + Double(number) / 5000
        return row(sample(isSure ? .generator : .premium, confidence: confidence, isSure ? true : sent))
      }
    }
    let lax = try #require(ReviewedThreshold(rows(true), share: 0.02, delta: 0.1))
    #expect(lax.threshold < 0.61 && lax.rows == 800)
    let strict = try #require(ReviewedThreshold(rows(nil), share: 0.02, delta: 0.1))
    #expect(strict.threshold > 0.75 && strict.rows == 800)
  }
}
