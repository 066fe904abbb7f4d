import ArgumentParser
import WeirBenchmark
import WeirFiles

/// Measures the vector index; Tools/Benchmarks/index calls the parts, each in a process of its own.
struct IndexBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-index",
    abstract: "Measures the vector index on files of vectors.",
    shouldDisplay: false,
    subcommands: [Vectors.self, Truth.self, Build.self, Search.self])

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

  /// Inserts vectors one by one.
  struct Build: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "build", abstract: "Builds an index and prints what that took as JSON.")

    @OptionGroup var source: SourceOptions

    @Option(help: "The index's file, which must not exist yet.")
    var index: String

    @Option(help: "Candidates among which a vector's neighbours are chosen; the index's own number without it.")
    var construction: Int?

    func validate() throws {
      if let construction { try IndexBenchCommand.check(construction, "--construction", 1...10_000) }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let found = try IndexBenchmark.build(
          source.source, path: index, constructionWidth: construction, progress: IndexBenchCommand.progress)
        _ = try OutputFile(descriptor: 1, name: "standard output").write(found + "\n")
      }
    }
  }

  /// Searches for lists of queries.
  struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "search", abstract: "Opens an index, searches it and prints what that took as JSON.")

    @Option(help: "The index's file.")
    var index: String

    @Option(name: .customLong("queries"), help: "NAME=FILE.fvecs; may be given several times.")
    var lists: [String]

    @Option(help: "Vectors to find for a query, with commas between.")
    var nearest = "1,10"

    @Option(help: "Candidates that a search keeps, with commas between.")
    var widths: String

    @Option(help: "How often each list is searched; the first time is not counted.")
    var rounds = 4

    @Flag(help: "Search the tenant's vectors instead of the others'.")
    var tenant = false

    @Option(help: "The .fvecs file that was indexed: score what is found again with its floats.")
    var rescore: String?

    @Option(help: "An existing folder for .ivecs files with what was found.")
    var out: String

    func validate() throws { _ = try sweep() }

    func run() async throws {
      try await ProcessExit.reporting {
        let found = try IndexBenchmark.search(try sweep(), path: index, progress: IndexBenchCommand.progress)
        _ = try OutputFile(descriptor: 1, name: "standard output").write(found + "\n")
      }
    }

    private func sweep() throws -> IndexBenchmark.Sweep {
      var sweep = IndexBenchmark.Sweep(
        queries: try IndexBenchCommand.queries(lists),
        widths: try BenchCommand.numbers(widths, "--widths", 1...1_000_000), folder: out)
      sweep.counts = try BenchCommand.numbers(nearest, "--nearest", 1...10_000)
      (sweep.isTenants, sweep.rescoring) = (tenant, rescore)
      try IndexBenchCommand.check(rounds, "--rounds", 1...1_000)
      sweep.rounds = rounds
      return sweep
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
