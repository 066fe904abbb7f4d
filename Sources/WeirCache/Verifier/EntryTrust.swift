/// What judged hits of one stored prompt say about its next one.
///
/// The idea that each entry earns its own threshold is vCache's (Schroeder et al., 2025). Here the entry's own share
/// of wrong hits is estimated with twenty hits of the usual kind thrown in, and the probability of being wrong that is
/// accepted shrinks or grows by how much worse or better than usual it is; confirmations at most double it.
struct EntryTrust: Sendable, Equatable {
  private(set) var confirmed = 0
  private(set) var refuted = 0

  private static let prior = 20.0
  private static let usual = 0.01

  init(_ evidence: [ResponseCache.Evidence] = []) {
    for piece in evidence {
      if piece.wasRight { confirmed += 1 } else { refuted += 1 }
    }
  }

  /// How many times likelier than usual a hit of this entry is wrong, 0.5 or more.
  var factor: Double {
    let share = (Double(refuted) + Self.prior * Self.usual) / (Double(confirmed + refuted) + Self.prior)
    return max(share / Self.usual, 0.5)
  }

  /// The least probability that this entry is served at, from that of all.
  func threshold(_ threshold: Double) -> Double {
    confirmed + refuted == 0 ? threshold : 1 - (1 - threshold) / factor
  }
}
