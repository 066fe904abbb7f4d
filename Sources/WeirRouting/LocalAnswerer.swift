package import WeirDomain

/// A model on this host that writes answers.
///
/// Two kinds exist: the generator, and the scripted one of the tests.
package protocol LocalAnswerer: Sendable {
  /// The model's name in the ledger.
  var model: String { get }
  /// Most tokens of a prompt with its answer.
  var window: Int { get }
  /// True for a model that is told the intent and reads one turn.
  var readsSingleTurns: Bool { get }
  /// True for an instruction-tuned model: it is given passages of documents and earlier answers.
  var followsInstructions: Bool { get }

  /// True for a model that reads slots in the place of a prompt's values: `cancel order {{Order Number}}`.
  var readsSlots: Bool { get }

  /// Tokens of the conversation as the model reads it, template included.
  func promptTokens(of messages: [ChatMessage], intent: String?) -> Int

  /// Most tokens of an answer to a request with these settings.
  func answerTokens(for settings: ModelSettings) -> Int

  /// Writes an answer and checks it; blocks the calling thread, and stops early when `isCancelled` says so.
  func answer(
    _ messages: [ChatMessage], intent: String?, settings: ModelSettings, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RouteError) -> LocalAnswer
}

/// An answer with the verdict of its check.
package struct LocalAnswer: Sendable, Hashable {
  package enum Verdict: Sendable, Hashable {
    case accepted
    /// Says what the check found, without any of the text.
    case rejected(String)
    case cancelled
  }

  package var text: String
  package var usage: TokenUsage
  package var verdict: Verdict
  /// The probability that the answer is fit for its prompt, 0 to 1, with the least that is accepted; nil for a model that came
  /// without a learned check.
  package var acceptance: Acceptance?

  package struct Acceptance: Sendable, Hashable {
    package var probability: Double
    package var least: Double

    package init(probability: Double, least: Double) {
      self.probability = probability
      self.least = least
    }
  }

  package init(text: String, usage: TokenUsage, verdict: Verdict, acceptance: Acceptance? = nil) {
    self.acceptance = acceptance
    self.text = text
    self.usage = usage
    self.verdict = verdict
  }
}

extension LocalAnswerer {
  package var readsSlots: Bool { false }

  /// True for a model whose replies have slots: any other one may mean its braces.
  var writesSlots: Bool { readsSlots || readsSingleTurns }
}
