extension ProcessorQuota {
  /// The tightest of the limits on a process: its own control group's, and those of every group around it.
  ///
  /// - Parameters:
  ///   - groups: the text of `/proc/self/cgroup`, lines of "number:controllers:path".
  ///   - root: where control groups are mounted, `/sys/fs/cgroup`. A path that is not there is one outside of a container's
  ///     view; what is there of its folders counts, and the mount itself stands for the container.
  ///   - read: the text of a file; nil where it is not there.
  package static func tightest(groups: String, root: String, read: (String) -> String?) -> ProcessorQuota? {
    var tightest: ProcessorQuota?
    func meet(_ quota: ProcessorQuota?) {
      guard let quota, quota.processors < tightest?.processors ?? .infinity else { return }
      tightest = quota
    }
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1]
      if fields[0] == "0", controllers.isEmpty {
        // Beside version 1, version 2 is mounted one folder deeper.
        for mount in [root, root + "/unified"] {
          for folder in folders(mount, fields[2]) {
            meet(read(folder + "/cpu.max").flatMap { ProcessorQuota(cpuMax: $0) })
          }
        }
      } else if controllers.split(separator: ",").contains("cpu") {
        let mounts = controllers == "cpu" ? [root + "/cpu"] : [root + "/\(controllers)", root + "/cpu"]
        for folder in mounts.flatMap({ folders($0, fields[2]) }) {
          guard let quota = read(folder + "/cpu.cfs_quota_us"), let period = read(folder + "/cpu.cfs_period_us") else {
            continue
          }
          meet(ProcessorQuota(quota: quota, period: period))
        }
      }
    }
    return tightest
  }

  /// The mount and each folder on the way to the group.
  private static func folders(_ mount: String, _ path: Substring) -> [String] {
    var folders = [mount]
    for part in path.split(separator: "/") {
      // A group outside of the namespace, which shows none of its folders.
      if part == ".." { return [mount] }
      folders.append(folders[folders.count - 1] + "/" + part)
    }
    return folders
  }
}
