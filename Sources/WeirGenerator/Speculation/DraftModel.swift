import WeirTensor

/// Guesses with a smaller model of the same vocabulary. Source: Leviathan et al., "Fast inference from transformers via
/// speculative decoding" (2023); here a guess counts only where the large model chooses the same token.
final class DraftModel {
  private let lane: StepLane
  private let session: GeneratorSession

  init(lane: StepLane) {
    self.lane = lane
    session = GeneratorSession(lane: lane)
  }

  /// At most `limit` tokens that the small model would write after `text`.
  func guess(after text: [Int32], limit: Int) -> ArraySlice<Int32> {
    let known = zip(session.tokens, text.dropLast()).prefix { $0 == $1 }.count
    session.keep(known)
    guard text.count + limit <= session.model.context else { return [] }
    // Other answers' guesses need not wait for the next one.
    defer { lane.leave(session) }
    var guesses: [Int32] = []
    do throws(GeneratorFailure) {
      try session.prefill(Array(text[known...]))
      while guesses.count < limit {
        let token = LogitSummary.best(of: session.logits.span)
        guesses.append(token)
        if guesses.count < limit { try session.decode(token) }
      }
    } catch {
      // A text that the small model cannot read is one without guesses.
      return []
    }
    return guesses[...]
  }
}
