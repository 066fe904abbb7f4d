import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirLedger
import WeirReview
import WeirStore

/// `weir review`: the samples that wait for a person.
struct ReviewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review", abstract: "Hands out the samples that were kept for people, and takes their labels back.",
    subcommands: [Export.self, ReviewImportCommand.self, ReviewLabelCommand.self, ReviewWrongCommand.self, Count.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Writes the samples as JSON lines, oldest first.",
      discussion: """
        Each line has the prompt, the answer, why it was kept, and the probability it was chosen with: weigh by its \
        inverse to estimate rates over all traffic. Fill in the field label with "right" or "wrong" (was the answer fit?) \
        or with the prompt's intent, add a field reviewer if you like, and give the file to weir review import. Where \
        another answer stands beside it (other_answer), other_label says the same of that one.

        Examples:
          weir review export --unlabelled > samples.jsonl
          weir review import samples.jsonl
        """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("From this day on (UTC).", valueName: "yyyy-mm-dd"))
    var since: CalendarDay?

    @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Only samples that nobody has labelled.")
    var unlabelled = false

    func validate() throws {
      if let limit, limit < 1 { throw ValidationError("--limit \(limit) is not 1 or more.") }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let output = OutputFile(descriptor: 1, name: "standard output")
        do {
          try ReviewQueue.export(since: since?.start, limit: limit, unlabelled: unlabelled, from: store) { line in
            guard try output.write(line + "\n") else { throw ReaderGone() }
          }
        } catch is ReaderGone {}
        try store.close()
      }
    }

    /// Ends an export whose reader closed the pipe.
    private struct ReaderGone: Error {}
  }

  struct Count: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "count", abstract: "Says how many samples are kept, by cause, and how many are labelled.")

    @OptionGroup var node: NodeOptions

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let counts = try store.read { transaction in
          let labels = try ReviewQueue.labelCounts(in: transaction)
          return try ReviewSample.Cause.allCases.map { cause in
            (cause.rawValue, try ReviewQueue.count(of: cause, in: transaction))
          } + [("labelled", labels.samples), ("labels", labels.labels)]
        }
        let output = OutputFile(descriptor: 1, name: "standard output")
        for (cause, count) in counts { _ = try output.write("\(cause)\t\(count)\n") }
        try store.close()
      }
    }
  }
}
