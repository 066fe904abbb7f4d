import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirGrammar
import WeirRouting

/// `weir route`: prompts in, answers out.
struct RouteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route",
    abstract: "Answers the prompts on standard input, in order.",
    discussion: """
      A line is a prompt, or a JSON object with prompt (or messages) and, if you like, id, tenant, user, feature, \
      experiment, priority (express, standard, batch), model (auto, generator, economy, standard, premium, or a \
      remote model's name), max_tokens, temperature, top_p, seed, stop, cache (use, off, refresh, or an object with policy, ttl and tags), response_format \
      (as OpenAI has it: text, json_object, json_schema), grammar (GBNF text; the local generator only).

      With a format no token is written that leads out of it, so an answer that ended by itself parses; one that \
      max_tokens cut is not accepted. Properties are answered in the order of the schema.

      Equal prompts at work at the same time are computed once, and so are prompts that mean the same; what the others \
      are given costs nothing and says joined or coalesced among its reasons.

      A bad line gets an error object of its own and does not stop the run. The first Ctrl-C stops reading and \
      finishes what runs; the second one stops what runs.

      Examples:
        weir route < prompts.txt > answers.jsonl
        weir route --resume --output answers.jsonl < prompts.jsonl
        echo 'how can I get a refund?' | weir route --explain
        weir route --json-schema ticket.schema.json < mails.txt
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

  @Option(
    name: .customLong("json-schema"),
    help: ArgumentHelp("Lines that name no format are answered in JSON of this schema.", valueName: "file"))
  var jsonSchema: String?

  @Option(
    help: ArgumentHelp("Lines that name no format are answered in texts of this GBNF grammar.", valueName: "file"))
  var grammar: String?

  @Flag(help: "Answer the prompts that wait in the durable queue, instead of standard input.")
  var deferred = false

  @Flag(help: "With --deferred: stay, and answer whatever waits whenever the link is up, until interrupted.")
  var follow = false

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
    if follow, !deferred { throw ValidationError("--follow goes with --deferred.") }
    if jsonSchema != nil, grammar != nil {
      throw ValidationError("--json-schema and --grammar do not go together.")
    }
    if let tenant, tenant.isEmpty { throw ValidationError("--tenant must not be empty.") }
  }

  /// The format of lines that name none; throws what is wrong with its file.
  func format() throws -> AnswerFormat {
    guard let path = jsonSchema ?? grammar else { return .text }
    let file = try ByteRegion(path: path)
    guard file.count <= Grammar.maximumBytes else {
      throw GrammarFailure.tooLarge(what: "bytes", found: file.count, allowed: Grammar.maximumBytes)
    }
    let text = String(decoding: file.array, as: UTF8.self)
    let format =
      jsonSchema == nil
      ? AnswerFormat.grammar(text) : .jsonSchema(AnswerSchema(name: "answer", schema: try Grammar.compactJSON(text)))
    _ = try GrammarLibrary().grammar(for: format)
    return format
  }

  func run() async throws {
    try await ProcessExit.reporting {
      var reading = IndexProgressLine()
      let node = try Node.open(
        node.load(jobs: jobs), environment: NodeOptions.environment,
        onProgress: { progress in if !quiet { reading.show(progress, now: SystemClock.monotonicNanoseconds) } })
      reading.end()
      if let notice = node.indexNotice, !quiet {
        ProcessExit.note("similar prompts are compared in memory: \(notice)")
      }
      let session = try RouteSession(command: self, node: node)
      let tally = try await session.run()
      try await node.close()
      if session.wasInterrupted { throw ProcessExit.interrupted }
      if tally.failed + tally.deferred + tally.skippedDeferred + tally.waiting > 0 { throw ProcessExit.someNotAnswered }
    }
  }
}

extension PromptLine.Format: ExpressibleByArgument {}
