/// How much processor time a control group may use. Source: the kernel's cgroup-v2 and cgroup-v1 cpu interfaces.
package struct ProcessorQuota: Equatable, Sendable {
  /// Processors' worth of time; may be a fraction.
  package var processors: Double

  /// `cpu.max` of version 2: a quota and a period in microseconds, or "max" and a period. Nil where there is no limit.
  package init?(cpuMax text: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    self.init(quota: String(words[0]), period: String(words[1]))
  }

  /// `cpu.cfs_quota_us` and `cpu.cfs_period_us` of version 1; a negative quota is no limit.
  package init?(quota: String, period: String) {
    let numbers = [quota, period].map { text in text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
    }
    guard let quota = numbers[0], let period = numbers[1], quota > 0, period > 0, quota.isFinite else { return nil }
    processors = quota / period
  }

  /// Whole threads that the quota keeps busy: more would be stopped in the middle of their work.
  package var threads: Int { max(1, Int(min(processors, 1024))) }
}
