import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirRouting

/// `weir route`: prompts in, answers out.
struct RouteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "Answers the prompts on standard input, in order.",
    discussion: """
      A line is a prompt, or a JSON object with prompt (or messages) and, if you like, id, tenant, user, feature, \
      experiment, priority (express, standard, batch), model (auto, generator, economy, standard, premium, or a \
      remote model's name), max_tokens, temperature, top_p, seed, stop, cache (use, off, refresh).

      A bad line gets an error object of its own and does not stop the run. The first Ctrl-C stops reading and \
      finishes what runs; the second one stops what runs.

      Examples:
        weir route < prompts.txt > answers.jsonl
        weir route --resume --output answers.jsonl < prompts.jsonl
        echo 'how can I get a refund?' | weir route --explain
      """)

  @OptionGroup var node: NodeOptions

  @Option(help: "How to read lines: auto, text or jsonl.")
  var input: PromptLine.Format = .auto

  @Flag(inversion: .prefixedNo, help: "JSON lines on a terminal too; --no-json writes plain answers into a pipe.")
  var json: Bool?

  @Flag(help: "Show the whole trace of each prompt, for people.")
  var explain = false

  @Option(help: ArgumentHelp("Append to this file instead of standard output.", valueName: "file"))
  var output: String?

  @Flag(help: "Skip the ids that an earlier run into the same output finished.")
  var resume = false

  @Option(help: ArgumentHelp("Requests at work at the same time (default: the number of cores).", valueName: "n"))
  var jobs: Int?

  @Option(help: "The tenant of lines that name none.")
  var tenant: String?

  @Flag(help: "Answer the prompts that wait in the durable queue, instead of standard input.")
  var deferred = false

  @Flag(help: "No progress line, even on a terminal.")
  var quiet = false

  @Argument(help: .hidden)
  var files: [String] = []

  func validate() throws {
    if !files.isEmpty { throw ValidationError("weir route reads standard input: weir route < FILE") }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs \(jobs) is not from 1 to 1024.") }
    if resume, explain || json == false {
      throw ValidationError("--resume reads JSON lines back: it does not go with --explain or --no-json.")
    }
    if resume, deferred { throw ValidationError("--resume and --deferred do not go together.") }
    if let tenant, tenant.isEmpty { throw ValidationError("--tenant must not be empty.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      var reading = IndexProgressLine()
      let node = try Node.open(
        node.load(jobs: jobs), environment: NodeOptions.environment,
        onProgress: { progress in if !quiet { reading.show(progress, now: SystemClock.monotonicNanoseconds) } })
      reading.end()
      let session = try RouteSession(command: self, node: node)
      let tally = try await session.run()
      try await node.close()
      if session.wasInterrupted { throw ProcessExit.interrupted }
      if tally.failed + tally.deferred + tally.skippedDeferred + tally.waiting > 0 { throw ProcessExit.someNotAnswered }
    }
  }
}

extension PromptLine.Format: ExpressibleByArgument {}
