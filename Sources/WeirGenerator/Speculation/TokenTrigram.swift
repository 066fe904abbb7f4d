/// Three consecutive tokens as one number.
struct TokenTrigram: Hashable {
  private let packed: UInt64

  /// The tokens before `end`; nil where there are not three. Tokens are not negative and below 2^21.
  init?(_ tokens: [Int32], before end: Int) {
    guard end >= 3, end <= tokens.count else { return nil }
    packed = tokens[end - 3..<end].reduce(0) { $0 << 21 | UInt64($1) & 0x1f_ffff }
  }
}
