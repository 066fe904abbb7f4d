import ArgumentParser
import WeirBenchmark
import WeirFiles

/// Measures the cache on disk; Tools/Benchmarks/cache calls the parts, each in a process of its own.
struct CacheBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-cache", abstract: "Measures a cache of many answers on disk.", shouldDisplay: false,
    subcommands: [Fill.self, Measure.self])

  /// Where the cache is, and how large.
  struct CacheOptions: ParsableArguments {
    @Option(help: "An existing folder for the database and the index.")
    var folder: String

    @Option(help: "Answers in the cache.")
    var entries = 100_000

    func validate() throws { try IndexBenchCommand.check(entries, "--entries", 1...10_000_000) }

    var measurement: CacheMeasurement { .init(folder: folder) { SystemClock.monotonicNanoseconds } }
  }

  struct Fill: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fill", abstract: "Stores answers in an empty folder and prints what that took as JSON.")

    @OptionGroup var cache: CacheOptions

    func run() async throws {
      try await ProcessExit.reporting {
        try CacheBenchCommand.write(
          try cache.measurement.fill(entries: cache.entries, progress: IndexBenchCommand.progress))
      }
    }
  }

  struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "measure", abstract: "Opens what fill has stored, looks answers up and prints the times as JSON.")

    @OptionGroup var cache: CacheOptions

    @Option(help: "How often 1000 exact lookups, 100 puts and 100 semantic lookups are made in turns.")
    var rounds = 10

    func validate() throws { try IndexBenchCommand.check(rounds, "--rounds", 1...10_000) }

    func run() async throws {
      try await ProcessExit.reporting {
        try CacheBenchCommand.write(
          try cache.measurement.measure(
            entries: cache.entries, rounds: rounds, progress: IndexBenchCommand.progress))
      }
    }
  }

  private static func write(_ text: String) throws {
    _ = try OutputFile(descriptor: 1, name: "standard output").write(text + "\n")
  }
}
