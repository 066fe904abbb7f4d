/// Decides when a pool works without its workers, because the host gives them no processor.
///
/// A job with workers pays while its caller waits less at the end than it has worked itself. Waiting beyond that is a
/// debt, which jobs that pay bring down again. Too much of it means that somebody else has the processors: the pool then
/// stays with one thread for a while, longer each time, up to two seconds; a calm time forgets that.
struct PoolPatience: Equatable {
  /// In nanoseconds, as all times here.
  static let shortest: UInt64 = 20_000_000
  static let longest: UInt64 = 2_000_000_000
  /// The debt that is borne, and the credit that good times give at most.
  static let bearable: Int64 = 300_000

  private var debt: Int64 = 0
  private var pause = shortest
  private var aloneUntil: UInt64 = 0

  /// True while jobs should run on their caller only.
  func isWaiting(now: UInt64) -> Bool { now < aloneUntil }

  /// A job's caller worked for `work` and then waited for the last part for `wait`.
  mutating func jobEnded(work: UInt64, wait: UInt64, now: UInt64) {
    debt = max(debt + Int64(clamping: wait) - Int64(clamping: work) / 2, -Self.bearable)
    guard debt > Self.bearable else { return }
    debt = 0
    pause = now > aloneUntil &+ Self.longest ? Self.shortest : min(pause * 2, Self.longest)
    aloneUntil = now + pause
  }
}
