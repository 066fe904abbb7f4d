import ArgumentParser
import WeirBenchmark
import WeirFiles

/// `weir bench`: how fast this host is.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast this host encodes, reads, writes, looks up and routes.",
    discussion: """
      First the machine itself: how many bytes a second it reads from memory, and how many int8 products a second its \
      processor makes with the kernels' instruction set. Then, in turns:
        tokenizers  text to tokens, of both models
        encoder     a text of so many tokens to its vector, one at a time; and a sentence with its tokenizing
        prefill     reading a prompt of so many tokens
        decode      64 tokens, one by one, after a prompt of 32; without choosing them
        cache       looking up answers in a database of --entries
        policy      decisions alone
        route       a prompt from request to reply, with the built-in models: route.exact, route.semantic, \
      route.generator, route.deferred

      A row has the median time and the 99th percentile, the rate by the median, and where they bound the work the bytes \
      read and the products made a second with their share of what the machine can do. Writing tokens should come near \
      the reading of memory, reading prompts near the products; a model that fits into the processor's cache can be \
      faster than memory. Nothing of the node's own state is read or written.

      Figures of another run, or of another engine as Tools/Benchmarks/engine writes them, are put beside these with \
      --compare.

      Examples:
        weir bench
        weir bench --only machine,prefill,decode --model model.gguf --threads 1,2 --tokens 128,512
        weir bench --json > before.json; weir bench --compare before.json
      """)

  @Option(
    help: ArgumentHelp("Only these, with commas between: \(names), or one way such as route.exact.", valueName: "parts")
  )
  var only: String?

  @Option(help: ArgumentHelp("A generator's GGUF file instead of the built-in one.", valueName: "file"))
  var model: String?

  @Option(help: ArgumentHelp("An encoder's GGUF file instead of the built-in one.", valueName: "file"))
  var encoder: String?

  @Option(help: ArgumentHelp("Numbers of threads for the machine and the generator.", valueName: "n,..."))
  var threads = "1"

  @Option(
    help: ArgumentHelp(
      "Lengths of prompts and texts; without it 16, 128 and 512, where the model holds so many.", valueName: "n,..."))
  var tokens: String?

  @Option(
    name: [.customLong("rounds"), .customLong("reps")],
    help: ArgumentHelp("How often each measurement is made, in turn with the others.", valueName: "n"))
  var rounds = 5

  @Option(help: ArgumentHelp("Answers in the cache that is measured.", valueName: "n"))
  var entries = 10_000

  @Option(help: ArgumentHelp("Prompts that a round sends each way.", visibility: .hidden))
  var requests = 10

  @Option(help: ArgumentHelp("Figures to put beside these.", valueName: "file"))
  var compare: String?

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(help: ArgumentHelp("Measure how well --model guesses this text instead.", visibility: .hidden))
  var perplexity: String?

  @Option(help: ArgumentHelp("Tokens of a window of that text.", visibility: .hidden))
  var window = 128

  @Option(help: ArgumentHelp("Judge the semantic tier on these labelled texts instead.", visibility: .hidden))
  var hits: String?

  @Option(help: ArgumentHelp("Which of those texts are stored and asked.", visibility: .hidden))
  var scenarios: String?

  @Option(
    help: ArgumentHelp("A verifier's GGUF file instead of the built-in one; \"\" judges nothing.", visibility: .hidden))
  var verifier: String?

  @Option(help: ArgumentHelp("The share of hits that may be wrong.", visibility: .hidden))
  var budget = 0.01

  @Flag(help: ArgumentHelp("What the verifier weighed, too.", visibility: .hidden))
  var features = false

  private static var names: String { BenchmarkPart.allCases.map(\.rawValue).joined(separator: ", ") }

  func validate() throws {
    _ = try options()
    if perplexity != nil, model == nil { throw ValidationError("--perplexity needs --model.") }
    if (hits == nil) != (scenarios == nil) { throw ValidationError("--hits needs --scenarios, and they it.") }
    if !(2...100_000).contains(window) { throw ValidationError("--window \(window) is not from 2 to 100000.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let errors = OutputFile(descriptor: 2, name: "standard error")
      let output = OutputFile(descriptor: 1, name: "standard output")
      let showsProgress = errors.isTerminal
      let columns = OutputFile.terminalColumns(of: 2) ?? 80
      func progress(_ text: String) {
        if showsProgress { _ = try? errors.write("\r\u{1B}[K" + String(text.printable.prefix(columns - 1))) }
      }
      defer { progress("") }
      if let perplexity, let model {
        let found = try Perplexity(model: model, text: perplexity, window: window, progress: progress)
        _ = try output.write(found.json + "\n")
        return
      }
      if let hits, let scenarios {
        try await Benchmark.inFolder { folder in
          let benchmark = try HitBenchmark(
            texts: hits, encoder: encoder, verifier: verifier, budget: budget, showsFeatures: features, folder: folder)
          try benchmark.run(scenarios: scenarios) { _ = try output.write($0 + "\n") }
        }
        return
      }
      let rival = try compare.map { try BenchmarkRival(path: $0) }
      let benchmark = Benchmark(try options()) { SystemClock.monotonicNanoseconds }
      let report = try await benchmark.run(progress: progress)
      progress("")
      let host = BenchmarkHost.current
      _ = try output.write(
        json
          ? report.json(host: host, version: Weir.release, rival: rival) + "\n" : report.table(host: host, rival: rival)
      )
    }
  }

  private func options() throws -> BenchmarkOptions {
    var options = BenchmarkOptions()
    if let only {
      guard let named = BenchmarkOptions.parts(named: only) else {
        let ways = BenchmarkRoute.allCases.map { "route.\($0.rawValue)" }.joined(separator: ", ")
        throw ValidationError("--only \(only) is not known: name some of \(Self.names), \(ways).")
      }
      (options.parts, options.routes) = named
    }
    options.model = model
    options.encoder = encoder
    options.threads = try Self.numbers(threads, "--threads", 1...64)
    options.tokens = try tokens.map { try Self.numbers($0, "--tokens", 1...100_000) }
    guard (1...10_000).contains(rounds) else { throw ValidationError("--rounds \(rounds) is not from 1 to 10000.") }
    options.rounds = rounds
    guard (1...1_000_000).contains(entries) else {
      throw ValidationError("--entries \(entries) is not from 1 to 1000000.")
    }
    options.entries = entries
    guard (1...10_000).contains(requests) else {
      throw ValidationError("--requests \(requests) is not from 1 to 10000.")
    }
    options.requests = requests
    return options
  }

  /// Each number once, in the order given.
  static func numbers(_ text: String, _ name: String, _ allowed: ClosedRange<Int>) throws -> [Int] {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(part), allowed.contains(number) else {
        throw ValidationError(
          "\(name) \(text) is not a list of numbers from \(allowed.lowerBound) to \(allowed.upperBound).")
      }
      if !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }
}
