import Testing
import WeirGenerator

struct AnswerProbeTests {
  private func answer(
    _ text: String = "Sure.", tokens: [Int32] = [1, 2, 3], finish: Generation.FinishReason = .stop,
    mean: Double? = -0.5
  ) -> Generation {
    Generation(
      text: text, tokens: tokens, promptTokens: 9, finish: finish, meanLogProbability: mean,
      leastLogProbability: mean, timeToFirstToken: .zero, elapsed: .zero)
  }

  @Test func `a whole, likely answer is accepted`() {
    #expect(AnswerProbe(leastMeanLogProbability: -1).judge(answer()) == .accepted)
    #expect(AnswerProbe().judge(answer(mean: -50)) == .accepted)
  }

  @Test func `an answer without text is rejected`() {
    #expect(AnswerProbe().judge(answer("")) == .rejected(.empty))
    #expect(AnswerProbe().judge(answer(" \n\t")) == .rejected(.empty))
  }

  @Test(arguments: [Generation.FinishReason.length, .cancelled, .deadline])
  func `an answer that did not end by itself is rejected`(reason: Generation.FinishReason) {
    #expect(AnswerProbe().judge(answer(finish: reason)) == .rejected(.cutOff(reason)))
  }

  @Test func `a loop is rejected and a text with a refrain is not`() {
    let loop = (0..<40).map { Int32($0 % 5) }
    let share = 1 - 5.0 / 37
    #expect(AnswerProbe.repeatedShare(of: loop) == share)
    #expect(AnswerProbe().judge(answer(tokens: loop)) == .rejected(.loop(share: share, allowed: 0.5)))
    let refrain = (0..<40).map { Int32($0) } + (0..<15).map { Int32($0) }
    #expect(AnswerProbe().judge(answer(tokens: refrain)) == .accepted)
    #expect(AnswerProbe.repeatedShare(of: Array(repeating: 4, count: 18)) == 0)
  }

  @Test func `a list that says an item twice is rejected and short lines may come again`() {
    let list = "Please tell us:\n\n1. Your order number\n2. The date of purchase\n3. The date of purchase"
    #expect(AnswerProbe().judge(answer(list)) == .rejected(.repeatedLine))
    let short = "Press twice:\n\n1. Press Enter\n2. Press Enter\n3. The date of purchase"
    #expect(AnswerProbe().judge(answer(short)) == .accepted)
  }

  @Test func `an unlikely answer, or one of unknown likelihood, is rejected`() {
    let probe = AnswerProbe(leastMeanLogProbability: -1)
    #expect(probe.judge(answer(mean: -1)) == .accepted)
    #expect(probe.judge(answer(mean: -1.01)) == .rejected(.unlikely(found: -1.01, allowed: -1)))
    #expect(probe.judge(answer(mean: nil)) == .rejected(.unlikely(found: -.infinity, allowed: -1)))
    guard case .rejected(.unlikely) = probe.judge(answer(mean: .nan)) else {
      Issue.record("a mean that is not a number was accepted")
      return
    }
  }
}
