/// Where an answer stands among the tokens that were read ahead: the row of the last step whose logits choose the next
/// token, and the guesses behind it that are not confirmed yet.
struct Guesses {
  private var speculation: Speculation?
  private var pending: ArraySlice<Int32> = []
  /// The row of the session's last step; before any step of this answer the prompt's last.
  private(set) var row = 0

  init(_ speculation: Speculation?) { self.speculation = speculation }

  /// Tokens that the session has read and the model has not chosen.
  var unconfirmed: Int { pending.count }
  var guessed: Int { speculation?.guessed ?? 0 }
  var held: Int { speculation?.held ?? 0 }

  /// The model chose `token`: either it was read ahead, or what was read ahead is forgotten and a step reads it, with
  /// new guesses.
  ///
  /// - Parameters:
  ///   - text: the prompt and the answer up to `token`.
  ///   - most: tokens that the answer may still have.
  ///   - forced: tokens that a grammar leaves hardly a choice about; they are guessed before all others.
  mutating func read(
    _ token: Int32, in session: GeneratorSession, text: @autoclosure () -> [Int32], most: Int,
    forced: @autoclosure () -> [Int32] = []
  ) throws(GeneratorFailure) {
    if pending.first == token {
      pending.removeFirst()
      row += 1
      speculation?.hold()
      return
    }
    forget(in: session)
    // A guess is worth reading only if a token comes after it.
    let limit = min(session.room, most) - 1
    let guess = limit > 0 ? speculation?.guess(after: text(), limit: limit, forced: forced()) ?? [] : []
    try session.decode([token] + guess)
    pending = guess[...]
    row = 0
  }

  /// Takes what was not confirmed out of the session.
  mutating func forget(in session: GeneratorSession) {
    session.keep(session.tokens.count - pending.count)
    pending = []
  }
}
