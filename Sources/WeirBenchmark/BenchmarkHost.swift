internal import FoundationEssentials
internal import WeirTensor

/// On what, and with what, was measured.
package struct BenchmarkHost: Sendable, Equatable {
  /// As the system names it; nil where it does not.
  package var processor: String?
  package var processors: Int
  package var architecture: String
  /// Instruction set of the kernels: `avx512`, `avx2`, `neon`, `scalar`.
  package var kernels: String
  /// False for a debug build, whose figures say nothing.
  package var isOptimized: Bool

  /// This process.
  package static var current: BenchmarkHost {
    // The system counts processors; the kernels are Weir's own.
    BenchmarkHost(
      processor: processorName(), processors: ProcessInfo.processInfo.activeProcessorCount,
      architecture: architectureName, kernels: Kernels.active.name, isOptimized: isOptimizedBuild)
  }

  package init(processor: String?, processors: Int, architecture: String, kernels: String, isOptimized: Bool) {
    self.processor = processor
    self.processors = processors
    self.architecture = architecture
    self.kernels = kernels
    self.isOptimized = isOptimized
  }

  private static var architectureName: String {
    #if arch(x86_64)
      "x86_64"
    #elseif arch(arm64)
      "arm64"
    #else
      "other"
    #endif
  }

  private static var isOptimizedBuild: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  /// `model name` of /proc/cpuinfo.
  private static func processorName() -> String? {
    guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("model name") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      return String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
    }
    return nil
  }
}
