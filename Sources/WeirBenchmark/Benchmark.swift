internal import WeirGenerator
internal import WeirModelFiles

/// Measures what the options ask for.
package struct Benchmark {
  private let options: BenchmarkOptions
  private let now: () -> Int64

  /// `now` gives nanoseconds of a clock that never goes back.
  package init(_ options: BenchmarkOptions, now: @escaping () -> Int64) {
    self.options = options
    self.now = now
  }

  /// `progress` hears what is measured now.
  package func run(progress: (String) -> Void) throws -> BenchmarkReport {
    var report = BenchmarkReport()
    if let path = options.model {
      progress("loading \(path)")
      let start = now()
      let model = try GeneratorModel(try GGUFFile(path: path))
      report.rows.append(BenchmarkRow("load", times: BenchmarkTimes([now() - start]), unit: "models"))
      report.model = path
      var benchmark = GeneratorBenchmark(model, now: now)
      report.rows += try benchmark.run(options, progress: progress)
    }
    return report
  }
}
