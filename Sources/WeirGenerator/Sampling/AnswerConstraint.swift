import WeirGrammar
import WeirModelFiles

/// An answer's place in its grammar. A value: a copy returns to it.
struct AnswerConstraint: Sendable {
  private let masker: TokenMasker
  private var state: GrammarState
  /// The text had more readings than can be followed.
  private var isLost = false
  private static let longestForced = 64

  init(_ masker: TokenMasker) {
    self.masker = masker
    state = masker.start()
  }

  /// The tokens that may come next, never none.
  func mask() throws(GeneratorFailure) -> TokenMask {
    guard !isLost else { throw .grammar(.tooAmbiguous(allowed: Grammar.mostReadings)) }
    do throws(GrammarFailure) { return try masker.mask(for: state) } catch { throw .grammar(error) }
  }

  /// Goes on by a token of the mask.
  mutating func read(_ bytes: [UInt8]) {
    if let next = masker.state(after: bytes, in: state) { state = next } else { isLost = true }
  }

  /// Tokens of the text that the grammar leaves no choice about, as the tokenizer writes it. The model may still prefer
  /// to write the same text in other tokens.
  func forcedTokens(_ tokenizer: any Tokenizer) -> [Int32] {
    let bytes = isLost ? [] : masker.forcedBytes(after: state, most: Self.longestForced)
    guard bytes.count > 1, let text = String(validating: bytes, as: UTF8.self) else { return [] }
    return tokenizer.encode(text, options: EncodingOptions(addsBoundaryTokens: false))
  }
}
