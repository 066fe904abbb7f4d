/// Decides when a pool works without its workers, because the host gives them no processor.
///
/// A worker that is late by more than a part can take has lost its processor to somebody else. Each time that happens the
/// pool stays with one thread for longer, up to two seconds; a calm time shortens that again.
struct PoolPatience: Equatable {
  /// In nanoseconds, as all times here.
  static let shortest: UInt64 = 20_000_000
  static let longest: UInt64 = 2_000_000_000
  /// What a worker may be late without having lost its processor.
  static let tolerated: UInt64 = 400_000

  private var pause = shortest
  private var aloneUntil: UInt64 = 0
  private var lastLate: UInt64 = 0

  /// True while jobs should run on their caller only.
  func isWaiting(now: UInt64) -> Bool { now < aloneUntil }

  /// The caller had nothing left to do and waited `wait` for the last part.
  mutating func workerWasLate(by wait: UInt64, now: UInt64) {
    guard wait > Self.tolerated else { return }
    pause = now &- lastLate > 2 * pause + Self.longest ? Self.shortest : min(pause * 2, Self.longest)
    lastLate = now
    aloneUntil = now + pause
  }
}
