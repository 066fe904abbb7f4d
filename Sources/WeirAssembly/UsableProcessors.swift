internal import Foundation
internal import WeirFiles
internal import WeirTensor

enum UsableProcessors {
  /// Processors that this process may run on, and its control groups have time for; at least 1.
  static var count: Int {
    func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
    let quota = text("/proc/self/cgroup").flatMap {
      ProcessorQuota.tightest(groups: $0, root: "/sys/fs/cgroup", read: text)
    }
    return min(ComputePool.usableProcessors, quota?.threads ?? .max)
  }
}
