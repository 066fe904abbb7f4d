/// Decides how many tokens are guessed before the next step: more after guesses that held, none for a while after some
/// that did not, so that text which cannot be guessed costs hardly more than without guessing.
struct DraftLength: Equatable {
  /// With the chosen token before them as many as the kernels take at the price of one.
  static let longest = 7
  private static let first = 4

  private var length = first
  private var misses = 0
  /// Steps that are made without a guess.
  private var rest = 0

  /// How many tokens to guess now; 0 is none.
  mutating func next() -> Int {
    if rest > 0 {
      rest -= 1
      return 0
    }
    return length
  }

  /// `held` of `guessed` tokens were what the model chose.
  mutating func learn(guessed: Int, held: Int) {
    guard guessed > 0 else { return }
    if held == guessed {
      length = min(length * 2, Self.longest)
      misses = 0
    } else if held == 0 {
      misses = min(misses + 1, 6)
      length = Self.first
      if misses > 1 { rest = 1 << misses }
    } else {
      length = max(held, 2)
      misses = 0
    }
  }
}
