import WeirTensor

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The largest logit and the softmax sum of a row of logits; sums have a relative error below 1e-6.
///
/// It gives the log-probability of any token at temperature 1 without another pass over the vocabulary.
package struct LogitSummary: Sendable, Equatable {
  package private(set) var best: Int32
  package private(set) var largest: Float
  /// Sum over the vocabulary of exp(logit - largest); at least 1.
  package private(set) var sum: Double
  /// Entropy of the distribution at temperature 1, in nats: 0 where one token is certain.
  package private(set) var entropy: Double

  /// `logits` is one row of at least one finite logit. The first of equal best tokens wins.
  package init(_ logits: Span<Float>) {
    let first = Kernels.active.firstLargest(logits)
    best = Int32(first.index)
    largest = first.value
    let sums = Kernels.active.exponentialSums(logits, shift: first.value)
    sum = sums.plain
    entropy = log(sums.plain) - sums.weighted / sums.plain
  }

  /// The token of the largest logit; the first of equals.
  package static func best(of logits: Span<Float>) -> Int32 {
    Int32(Kernels.active.firstLargest(logits).index)
  }

  /// Natural logarithm of the token's probability.
  package func logProbability(ofLogit logit: Float) -> Double {
    Double(logit) - Double(largest) - log(sum)
  }

  /// exp(logit - largest) / sum
  package func probability(ofLogit logit: Float) -> Double {
    exp(Double(logit) - Double(largest)) / sum
  }
}
