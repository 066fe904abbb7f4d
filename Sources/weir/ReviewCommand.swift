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
    commandName: "review", abstract: "Exports the samples that were kept for people to label.",
    subcommands: [Export.self, Count.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export",
      abstract: "Writes the samples as JSON lines, oldest first.",
      discussion: """
        Each line has the prompt, the answer, why it was kept, and the probability it was chosen with: weigh by its \
        inverse to estimate rates over all traffic. Fill in the field label.
        """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("From this day on (UTC).", valueName: "yyyy-mm-dd"))
    var since: CalendarDay?

    @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
    var limit: Int?

    func validate() throws {
      if let limit, limit < 1 { throw ValidationError("--limit \(limit) is not 1 or more.") }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let output = OutputFile(descriptor: 1, name: "standard output")
        do {
          try ReviewQueue.export(since: since?.start, limit: limit, from: store) { line in
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
      commandName: "count", abstract: "Says how many samples wait, by cause.")

    @OptionGroup var node: NodeOptions

    func run() async throws {
      try await ProcessExit.reporting {
        let store = try Node.openExistingStore(node.load())
        let counts = try store.read { transaction in
          try ReviewSample.Cause.allCases.map { cause in
            (cause.rawValue, try ReviewQueue.count(of: cause, in: transaction))
          }
        }
        let output = OutputFile(descriptor: 1, name: "standard output")
        for (cause, count) in counts { _ = try output.write("\(cause)\t\(count)\n") }
        try store.close()
      }
    }
  }
}
