internal import WeirDomain

/// Random numbers that are the same in every run with the same seed.
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var source: SplitMix64

  package init(seed: UInt64) {
    source = SplitMix64(seed: seed)
  }

  package mutating func next() -> UInt64 { source.next() }
}
