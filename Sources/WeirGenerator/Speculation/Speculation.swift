/// The guesses of one answer, and whether they are worth their while.
///
/// The tokens of a guess are read in the same step as the last chosen one. Each is kept only if the sampler then chooses
/// it from the model's own logits, so the answer is the one that plain decoding gives, token by token.
struct Speculation {
  private var length = DraftLength()
  private var lookup = PromptLookup()
  private let replies: ReplyMemory?
  private let draft: DraftModel?
  private static let mostForced = 16
  private static let longAgreement = 6
  private(set) var guessed = 0
  private(set) var held = 0
  private var open = 0
  private var openHeld = 0

  /// Without a memory and a draft model guesses come from the text itself.
  init(replies: ReplyMemory?, draft: DraftModel?) {
    self.replies = replies
    self.draft = draft
  }

  /// Tokens that may follow `text`, the prompt and the answer so far; `limit` is what there is room for.
  mutating func guess(after text: @autoclosure () -> [Int32], limit: Int, forced: [Int32] = []) -> [Int32] {
    length.learn(guessed: open, held: openHeld)
    (open, openHeld) = (0, 0)
    if !forced.isEmpty {
      // Whether these hold says nothing about guesses from texts.
      let guess = forced.prefix(min(limit, Self.mostForced))
      guessed += guess.count
      return Array(guess)
    }
    let text = text()
    let wanted = min(length.next(), limit)
    guard wanted > 0 else { return [] }
    // A reply that agrees for long knows better than three tokens of this text.
    let reply = replies?.guess(after: text, limit: wanted) ?? (agreed: 0, guess: [])
    var guess = reply.agreed >= Self.longAgreement ? reply.guess : lookup.guess(after: text, limit: wanted)
    if guess.isEmpty { guess = reply.guess }
    if guess.isEmpty, let draft { guess = draft.guess(after: text, limit: wanted) }
    open = guess.count
    guessed += guess.count
    return Array(guess)
  }

  /// The model chose the next guessed token.
  mutating func hold() {
    held += 1
    openHeld += 1
  }
}
