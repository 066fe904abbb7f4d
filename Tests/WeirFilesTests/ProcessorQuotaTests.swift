import Foundation
import Testing
import WeirFiles

struct ProcessorQuotaTests {
  @Test func `a quota is read from either version's text`() {
    #expect(ProcessorQuota(cpuMax: "200000 100000\n")?.processors == 2)
    #expect(ProcessorQuota(cpuMax: "150000 100000")?.threads == 1)
    #expect(ProcessorQuota(cpuMax: "50000 100000")?.threads == 1)
    #expect(ProcessorQuota(quota: "400000\n", period: "100000\n")?.threads == 4)
    #expect(ProcessorQuota(cpuMax: "1e300 1")?.threads == 1024)
  }

  @Test(arguments: ["max 100000", "", "100000", "x y", "1 0", "-1 100000", "1 2 3", "inf 1", "nan 1"])
  func `no limit, or no such text, is no quota`(text: String) {
    #expect(ProcessorQuota(cpuMax: text) == nil)
  }

  @Test func `a negative quota of version 1 is no limit`() {
    #expect(ProcessorQuota(quota: "-1", period: "100000") == nil)
    #expect(ProcessorQuota(quota: "", period: "") == nil)
  }

  /// A tree of control groups: paths with their texts.
  private func tightest(_ groups: String, _ files: [String: String]) throws -> Double? {
    let folder = try TemporaryFolder()
    for (path, text) in files {
      let place = URL(filePath: folder.path(path))
      try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: place)
    }
    return ProcessorQuota.tightest(groups: groups, root: folder.root) {
      try? String(contentsOfFile: $0, encoding: .utf8)
    }?.processors
  }

  @Test func `of version 2, the tightest limit on the way to the group counts`() throws {
    var files = [
      "cpu.max": "max 100000", "user.slice/cpu.max": "300000 100000", "user.slice/weir.service/cpu.max": "max 100000",
      "other.slice/cpu.max": "100000 100000",
    ]
    let groups = "0::/user.slice/weir.service\n"
    #expect(try tightest(groups, files) == 3)
    files["user.slice/weir.service/cpu.max"] = "150000 100000\n"
    #expect(try tightest(groups, files) == 1.5)
    files["cpu.max"] = "50000 100000"
    #expect(try tightest(groups, files) == 0.5)
    #expect(try tightest(groups, ["user.slice/weir.service/memory.max": "1"]) == nil)
    #expect(try tightest("", files) == nil)
  }

  @Test(arguments: ["0::/", "0::/../elsewhere", "0::/docker/0123/not/here"])
  func `in a container the mount is the group`(groups: String) throws {
    #expect(try tightest(groups, ["cpu.max": "200000 100000", "elsewhere/cpu.max": "1 100000"]) == 2)
  }

  @Test func `of version 1, the group of the cpu controller counts, wherever it is mounted`() throws {
    let groups = "7:memory:/a\n4:cpu,cpuacct:/b/c\n1:cpuset:/\n0::/d\n"
    var files = [
      "memory/a/cpu.cfs_quota_us": "100000", "memory/a/cpu.cfs_period_us": "100000",
      "cpu,cpuacct/b/c/cpu.cfs_quota_us": "-1", "cpu,cpuacct/b/c/cpu.cfs_period_us": "100000",
      "cpu,cpuacct/b/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/b/cpu.cfs_period_us": "100000\n",
    ]
    #expect(try tightest(groups, files) == 4)
    files["cpu/cpu.cfs_quota_us"] = "250000"
    files["cpu/cpu.cfs_period_us"] = "100000"
    #expect(try tightest(groups, files) == 2.5)
    files["unified/d/cpu.max"] = "100000 100000"
    #expect(try tightest(groups, files) == 1)
  }
}
