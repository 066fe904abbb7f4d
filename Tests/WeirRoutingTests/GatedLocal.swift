import Foundation
import Synchronization
import WeirDomain
import WeirRouting

/// A local answerer that answers when the test lets it.
final class GatedLocal: LocalAnswerer {
  let model = "gated"
  let window = 512
  let readsSingleTurns = true
  let followsInstructions = false
  let readsSlots = false
  private let gate = NSCondition()
  private let state: Mutex<(calls: Int, isOpen: Bool)> = Mutex((0, false))
  /// What becomes of each call, in turn; all later ones are accepted.
  private let verdicts: [LocalAnswer.Verdict]

  /// The answers in turn; "answer 1" and so on where there are none.
  private let answers: [String]

  init(verdicts: [LocalAnswer.Verdict] = [], answers: [String] = []) {
    self.verdicts = verdicts
    self.answers = answers
  }

  var calls: Int { state.withLock { $0.calls } }

  func open() {
    gate.lock()
    state.withLock { $0.isOpen = true }
    gate.broadcast()
    gate.unlock()
  }

  func promptTokens(of messages: [ChatMessage], intent: String?) -> Int { 3 }

  func answerTokens(for settings: ModelSettings) -> Int { 100 }

  func answer(
    _ messages: [ChatMessage], intent: String?, settings: ModelSettings, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer {
    let call = state.withLock { state in
      state.calls += 1
      return state.calls
    }
    gate.lock()
    while !state.withLock({ $0.isOpen }) { gate.wait() }
    gate.unlock()
    let verdict = call <= verdicts.count ? verdicts[call - 1] : .accepted
    return LocalAnswer(
      text: call <= answers.count ? answers[call - 1] : "answer \(call)", usage: TokenUsage(prompt: 3, completion: 2),
      verdict: verdict)
  }
}
