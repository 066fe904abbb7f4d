internal import Foundation
internal import WeirFiles
internal import WeirTensor

enum UsableProcessors {
  /// Processors that this process may run on, and its control group has time for; at least 1.
  static var count: Int {
    func text(_ name: String) -> String? { try? String(contentsOfFile: "/sys/fs/cgroup/" + name, encoding: .utf8) }
    let quota =
      text("cpu.max").flatMap { ProcessorQuota(cpuMax: $0) }
      ?? text("cpu/cpu.cfs_quota_us").flatMap { quota in
        text("cpu/cpu.cfs_period_us").flatMap { ProcessorQuota(quota: quota, period: $0) }
      }
    return min(ComputePool.usableProcessors, quota?.threads ?? .max)
  }
}
