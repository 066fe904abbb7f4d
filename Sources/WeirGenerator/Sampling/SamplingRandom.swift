/// The generator's source of chance: xoshiro256**, its state filled by SplitMix64 from one 64-bit seed.
///
/// The sequence of a seed is part of the promise "same seed, same text" and never changes. Source: Blackman and Vigna,
/// "Scrambled linear pseudorandom number generators" (2021). Not for secrets.
package struct SamplingRandom: RandomNumberGenerator, Sendable, Equatable {
  private var state: SIMD4<UInt64>

  package init(seed: UInt64) {
    var counter = seed
    func splitMix() -> UInt64 {
      counter &+= 0x9E37_79B9_7F4A_7C15
      var mixed = counter
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
    state = SIMD4(splitMix(), splitMix(), splitMix(), splitMix())
  }

  package mutating func next() -> UInt64 {
    let product = state.y &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = state.y << 17
    state.z ^= state.x
    state.w ^= state.y
    state.y ^= state.z
    state.x ^= state.w
    state.z ^= shifted
    state.w = state.w << 45 | state.w >> 19
    return result
  }

  /// A number in 0 ..< 1 with 53 random bits.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }
}
