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
}
