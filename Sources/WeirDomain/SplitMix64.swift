/// A source of chance with one 64-bit seed: the same seed gives the same numbers on every host, in every version.
///
/// For resampling, shuffling and initial weights. Not for secrets. Source: Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators" (2014), with the mixing constants of Vigna's reference.
package struct SplitMix64: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number in 0 ..< 1 with 53 random bits.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// An index in 0 ..< `count`, each as likely as the others to within 2^-64 of `count`; `count` is above 0.
  package mutating func nextIndex(_ count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }
}
