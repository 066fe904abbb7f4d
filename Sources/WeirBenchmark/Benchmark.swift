internal import FoundationEssentials
internal import WeirAssembly
internal import WeirConfiguration
internal import WeirEncoder
internal import WeirGenerator
internal import WeirModelFiles

/// Measures what the options ask for, in the parts' order.
package struct Benchmark: Sendable {
  private let options: BenchmarkOptions
  private let now: @Sendable () -> Int64

  /// `now` gives nanoseconds of a clock that never goes back.
  package init(_ options: BenchmarkOptions, now: @escaping @Sendable () -> Int64) {
    self.options = options
    self.now = now
  }

  /// `progress` hears what is measured now.
  package func run(progress: (String) -> Void) async throws -> BenchmarkReport {
    var report = BenchmarkReport()
    func asks(_ parts: BenchmarkPart...) -> Bool { parts.contains(where: options.parts.contains) }
    if asks(.machine) { report.rows += MachineBenchmark(now: now).run(options, progress: progress) }
    // No state is kept: the folder is not made.
    let configuration = try Configuration.load(
      environment: [:], flags: [.init(key: "node.state", value: "unused", name: "--state")], systemFile: "")
    let bundle = try ModelBundle(configuration.models)
    if asks(.tokenizers, .encoder) {
      let file = try options.encoder.map { try GGUFFile(path: $0) } ?? GGUFFile(bundle.encoder.region)
      if asks(.tokenizers) { report.rows += try tokenizer("encoder", file, progress) }
      if asks(.encoder) {
        let encoder = try timed("encoder", &report) { try Encoder(file) }
        report.encoder = options.encoder ?? "built-in"
        report.rows += try EncoderBenchmark(encoder: encoder, now: now).run(options, progress: progress)
      }
    }
    if asks(.tokenizers, .prefill, .decode), options.model != nil || bundle.generator != nil {
      progress("loading the generator")
      if asks(.tokenizers) { report.rows += try tokenizer("generator", try generatorFile(bundle), progress) }
      if asks(.prefill, .decode) {
        // All that must be there before the first token, from opening the file on.
        let (model, _, _) = try timed("generator", &report) {
          let file = try generatorFile(bundle)
          let model = try GeneratorModel(file)
          return (model, try TokenizerFactory.make(from: file), GeneratorSession(model))
        }
        report.model = options.model ?? "built-in"
        report.weightBytesPerToken = model.weightBytesPerToken
        var benchmark = GeneratorBenchmark(model, now: now)
        report.rows += try benchmark.run(options, progress: progress)
      }
    }
    if asks(.cache) {
      report.rows += try await Self.inFolder {
        try CacheBenchmark(now: now, folder: $0).run(options, progress: progress)
      }
    }
    if asks(.policy) { report.rows += PolicyBenchmark(now: now).run(options, progress: progress) }
    if asks(.route) {
      report.rows += try await Self.inFolder {
        try await RouteBenchmark(now: now, folder: $0).run(options, progress: progress)
      }
    }
    return report
  }

  private func generatorFile(_ bundle: ModelBundle) throws -> GGUFFile {
    if let path = options.model { return try GGUFFile(path: path) }
    guard let part = bundle.generator else { preconditionFailure("asked only where there is a generator") }
    return try GGUFFile(part.region)
  }

  private func tokenizer(_ name: String, _ file: GGUFFile, _ progress: (String) -> Void) throws -> [BenchmarkRow] {
    let start = now()
    let tokenizer = try TokenizerFactory.make(from: file)
    let load = BenchmarkRow("load.tokenizer.\(name)", times: BenchmarkTimes([now() - start]), unit: "loads")
    return [load] + TokenizerBenchmark(now: now).run(options, tokenizers: [(name, tokenizer)], progress: progress)
  }

  /// Loads a model and notes how long that took, its file in the page cache or not.
  private func timed<Model>(_ name: String, _ report: inout BenchmarkReport, _ load: () throws -> Model) rethrows
    -> Model
  {
    let start = now()
    let model = try load()
    report.rows.append(BenchmarkRow("load.\(name)", times: BenchmarkTimes([now() - start]), unit: "loads"))
    return model
  }

  /// Runs `body` with a new folder, which is gone afterwards.
  package static func inFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-bench-\(UUID().uuidString)").path
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw BenchmarkFailure.cannotCreate(path: folder)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }
}
