/// The tokens that may come next: never none.
package struct TokenMask: Sendable, Equatable {
  /// A bit a token, the lowest of the first word for token 0.
  private let words: [UInt64]
  package let count: Int
  /// All of them in ascending order where they are few (below `listedBelow`); nil otherwise.
  package let listed: [Int32]?

  /// So few that a list is shorter than the bits. The logits of all tokens are computed all the same: the likelihood of what
  /// was taken needs the whole row.
  package static let listedBelow = 2048

  init(words: [UInt64]) {
    self.words = words
    count = words.reduce(0) { $0 + $1.nonzeroBitCount }
    var listed: [Int32]?
    if count < Self.listedBelow {
      var ids: [Int32] = []
      ids.reserveCapacity(count)
      Self.forEach(in: words) { ids.append($0) }
      listed = ids
    }
    self.listed = listed
  }

  package func contains(_ token: Int32) -> Bool {
    token >= 0 && Int(token) >> 6 < words.count && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
  }

  /// In ascending order.
  package func forEach(_ body: (Int32) -> Void) { Self.forEach(in: words, body) }

  /// Makes the logits of all other tokens minus infinity; `logits` is one row over the vocabulary, or longer.
  package func apply(to logits: inout [Float]) {
    for (index, word) in words.enumerated() where word != .max {
      let first = index << 6
      let last = min(first + 64, logits.count)
      guard first < last else { return }
      if word == 0 {
        for token in first..<last { logits[token] = -.infinity }
      } else {
        for token in first..<last where word >> UInt64(token & 63) & 1 == 0 { logits[token] = -.infinity }
      }
    }
    let covered = words.count << 6
    if covered < logits.count {
      for token in covered..<logits.count { logits[token] = -.infinity }
    }
  }

  private static func forEach(in words: [UInt64], _ body: (Int32) -> Void) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        body(Int32(index << 6 + rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
