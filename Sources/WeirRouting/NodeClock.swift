package import WeirDomain

/// Time and chance as parameters of the request's way, so that tests need neither.
package struct NodeClock: Sendable {
  /// Nanoseconds that never go back.
  package var monotonic: @Sendable () -> Int64
  /// Coordinated universal time.
  package var wall: @Sendable () -> Timestamp
  /// 64 random bits.
  package var random: @Sendable () -> UInt64

  package init(
    monotonic: @escaping @Sendable () -> Int64, wall: @escaping @Sendable () -> Timestamp,
    random: @escaping @Sendable () -> UInt64
  ) {
    self.monotonic = monotonic
    self.wall = wall
    self.random = random
  }

  /// A new id for now.
  package func makeID() -> ULID {
    var generator = Generator(next64: random)
    return ULID(at: wall(), using: &generator)
  }

  /// Uniform in 0..<1.
  package func draw() -> Double {
    Double(random() >> 11) / 9_007_199_254_740_992
  }

  private struct Generator: RandomNumberGenerator {
    let next64: @Sendable () -> UInt64
    mutating func next() -> UInt64 { next64() }
  }
}
