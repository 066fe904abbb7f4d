/// Decides whether a pool's next job gets the workers, by what jobs of its kind took without them.
///
/// Beside a busy neighbour a worker may cost more than it brings: it is late, or it takes the caller's processor. What
/// that looks like depends on the host, so nothing is assumed: some jobs of each kind run on the caller alone and give the
/// measure. Time that jobs with workers take beyond it is a debt. With too much of it the pool works alone for a while,
/// four times as long each time, up to two seconds; then it tries again. Times that pay forget that.
struct PoolPatience {
  /// In nanoseconds, as all times here.
  static let shortest: UInt64 = 50_000_000
  static let longest: UInt64 = 2_000_000_000
  /// The debt that is borne, and the credit that good times give at most: a worker may be late now and then.
  static let bearable = 2_000_000.0
  static let credit = 30_000_000.0
  /// One job of so many of a kind runs alone.
  static let interval = 64
  private static let mostKinds = 256

  private struct Measure {
    var jobs = 0
    /// Of jobs without workers, for one unit of work.
    var alone = Double.infinity
  }

  private var measures: [ComputeJob.Kind: Measure] = [:]
  private var debt = 0.0
  private var pause = shortest / 4
  private var aloneUntil: UInt64 = 0

  /// True if this job should run on its caller only.
  mutating func isAlone(_ kind: ComputeJob.Kind, now: UInt64) -> Bool {
    if now < aloneUntil { return true }
    let jobs = measures[kind]?.jobs ?? 0
    return jobs < 2 || jobs.isMultiple(of: Self.interval)
  }

  mutating func jobEnded(_ job: ComputeJob, wasAlone: Bool, time: UInt64, now: UInt64) {
    let (kind, amount) = (job.kind, Double(max(job.amount, 1)))
    if measures.count >= Self.mostKinds, measures[kind] == nil { measures.removeAll() }
    var measure = measures[kind] ?? Measure()
    let unit = Double(time) / amount
    measure.jobs += 1
    if wasAlone {
      // The shortest is what the work takes; a slow drift upwards forgets what is no longer so.
      measure.alone = unit < measure.alone ? unit : measure.alone + (min(unit, 2 * measure.alone) - measure.alone) / 16
    }
    measures[kind] = measure
    guard !wasAlone, measure.alone.isFinite else { return }
    debt = max(debt + Double(time) - measure.alone * amount, -Self.credit)
    if debt == -Self.credit { pause = Self.shortest / 4 }
    guard debt > Self.bearable else { return }
    debt = 0
    pause = min(pause * 4, Self.longest)
    aloneUntil = now + pause
  }
}
