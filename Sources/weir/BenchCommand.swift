import ArgumentParser
import WeirBenchmark
import WeirFiles

/// `weir bench`: how fast this host is.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast models run on this host.",
    discussion: """
      Try:  weir bench --model model.gguf --threads 1,2 --tokens 128
      """)

  @Option(help: ArgumentHelp("Only these, with commas between: \(names).", valueName: "parts"))
  var only: String?

  @Option(help: ArgumentHelp("The generator's GGUF file.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("Numbers of threads, with commas between.", valueName: "n,..."))
  var threads = "1"

  @Option(help: ArgumentHelp("Lengths of prompts, with commas between.", valueName: "n,..."))
  var tokens = "16,128,512"

  @Option(name: [.customLong("rounds"), .customLong("reps")], help: "How often each measurement is made.")
  var rounds = 5

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  private static var names: String { BenchmarkPart.allCases.map(\.rawValue).joined(separator: ", ") }

  func validate() throws {
    _ = try options()
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let errors = OutputFile(descriptor: 2, name: "standard error")
      let showsProgress = errors.isTerminal
      let benchmark = Benchmark(try options()) { SystemClock.monotonicNanoseconds }
      let report = try benchmark.run { text in
        if showsProgress { _ = try? errors.write("\r\u{1B}[K" + text) }
      }
      if showsProgress { _ = try? errors.write("\r\u{1B}[K") }
      _ = try OutputFile(descriptor: 1, name: "standard output").write(json ? report.json + "\n" : report.table)
    }
  }

  private func options() throws -> BenchmarkOptions {
    var options = BenchmarkOptions()
    if let only {
      options.parts = []
      for name in only.split(separator: ",") {
        guard let part = BenchmarkPart(rawValue: String(name)) else {
          throw ValidationError("--only \(name) is not known: name some of \(Self.names).")
        }
        options.parts.insert(part)
      }
    }
    options.model = model
    options.threads = try Self.numbers(threads, "--threads", 1...64)
    options.tokens = try Self.numbers(tokens, "--tokens", 1...100_000)
    guard (1...10_000).contains(rounds) else { throw ValidationError("--rounds \(rounds) is not from 1 to 10000.") }
    options.rounds = rounds
    return options
  }

  private static func numbers(_ text: String, _ name: String, _ allowed: ClosedRange<Int>) throws -> [Int] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard numbers.allSatisfy(allowed.contains) else {
      throw ValidationError("\(name) \(text) is not a list of \(allowed.lowerBound) to \(allowed.upperBound).")
    }
    return numbers
  }
}
