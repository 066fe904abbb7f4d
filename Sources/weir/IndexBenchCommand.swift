import ArgumentParser
import WeirBenchmark
import WeirFiles

/// Measures the vector index; Tools/Benchmarks/index calls the parts, each in a process of its own.
struct IndexBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-index",
    abstract: "Measures the vector index on files of vectors.",
    shouldDisplay: false,
    subcommands: [Vectors.self, Truth.self])

  /// Draws vectors.
  struct Vectors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "vectors", abstract: "Writes vectors that lie as a sentence encoder's do, and queries.")

    @Option(help: "An existing folder for base.fvecs, queries_indist.fvecs and queries_para.fvecs.")
    var out: String

    @Option(help: "How many.")
    var count = 100_000

    @Option(help: "Queries of each kind.")
    var queries = 1_000

    @Option(help: "Numbers of a vector.")
    var dimension = 384

    @Option(help: "The same seed gives the same vectors.")
    var seed: UInt64 = 1

    func validate() throws {
      try IndexBenchCommand.check(count, "--count", 1...100_000_000)
      try IndexBenchCommand.check(queries, "--queries", 1...1_000_000)
      try IndexBenchCommand.check(dimension, "--dimension", 1...4_096)
    }

    func run() async throws {
      try await ProcessExit.reporting {
        try IndexBenchmark.writeVectors(
          folder: out, count: count, queries: queries, dimension: dimension, seed: seed,
          progress: IndexBenchCommand.progress)
      }
    }
  }

  /// Finds by comparing everything.
  struct Truth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "truth", abstract: "Writes the nearest vectors of each query, found by comparing all.")

    @OptionGroup var source: SourceOptions

    @Option(name: .customLong("queries"), help: "NAME=FILE.fvecs; may be given several times.")
    var lists: [String]

    @Option(help: "Vectors of each query.")
    var nearest = 100

    @Option(help: "An existing folder for truth_NAME.ivecs.")
    var out: String

    func validate() throws {
      _ = try IndexBenchCommand.queries(lists)
      try IndexBenchCommand.check(nearest, "--nearest", 1...10_000)
    }

    func run() async throws {
      try await ProcessExit.reporting {
        try IndexBenchmark.writeTruth(
          source.source, queries: IndexBenchCommand.queries(lists), count: nearest, folder: out,
          progress: IndexBenchCommand.progress)
      }
    }
  }

  /// Which vectors are indexed.
  struct SourceOptions: ParsableArguments {
    @Option(help: "A .fvecs file.")
    var base: String

    @Option(help: "Only so many vectors from its front.")
    var limit = Int.max

    @Option(help: "Every so-manieth vector belongs to a tenant of its own.")
    var tenantEvery: Int?

    func validate() throws {
      try IndexBenchCommand.check(limit, "--limit", 1...Int.max)
      if let tenantEvery { try IndexBenchCommand.check(tenantEvery, "--tenant-every", 1...1_000_000) }
    }

    var source: IndexBenchmark.Source { .init(path: base, limit: limit, tenantEvery: tenantEvery) }
  }

  static func check(_ found: Int, _ name: String, _ allowed: ClosedRange<Int>) throws {
    guard allowed.contains(found) else {
      throw ValidationError("\(name) \(found) is not from \(allowed.lowerBound) to \(allowed.upperBound).")
    }
  }

  static func queries(_ texts: [String]) throws -> [IndexBenchmark.Queries] {
    try texts.map { text in
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        throw ValidationError("--queries \(text) is not NAME=FILE.")
      }
      return .init(name: String(text[..<sign]), path: String(text[text.index(after: sign)...]))
    }
  }

  static func progress(_ text: String) {
    let errors = OutputFile(descriptor: 2, name: "standard error")
    if errors.isTerminal { _ = try? errors.write("\r\u{1B}[K" + text) }
  }
}
