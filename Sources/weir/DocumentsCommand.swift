import ArgumentParser
import Dispatch
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirRetrieval

/// `weir documents`: the documents that answers are grounded in.
struct DocumentsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "documents",
    abstract: "Indexes, searches and evaluates the documents that answers are grounded in.",
    discussion: """
      The configuration names the folders: documents = ["folder"] at the top of the file, or folders and more under \
      [documents]. Files that end in .md, .markdown, .txt, .text, .html, .htm, .jsonl and .ndjson are read.
      """,
    subcommands: [Index.self, List.self, Search.self, DocumentsEvalCommand.self])

  struct Index: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "index",
      abstract: "Reads what changed in the folders since the last time.",
      discussion: """
        weir route does the same before its first prompt. Unchanged files are not opened; deleted ones leave the \
        index. It can be stopped at any time: what was indexed stays. Exit status 1: some files could not be read.
        """)

    @OptionGroup var node: NodeOptions

    @Flag(help: "One JSON object.")
    var json = false

    func run() async throws {
      try await ProcessExit.reporting {
        let documents = try DocumentCollection(node.load())
        let interruption = try Interruption()
        let signals = interruption.listen()
        defer { for signal in signals { signal.cancel() } }
        var progress = IndexProgressLine()
        let report = try documents.update(
          at: Timestamp(milliseconds: SystemClock.utcMilliseconds), isCancelled: { interruption.isInterrupted },
          onProgress: { progress.show($0, now: SystemClock.monotonicNanoseconds) })
        progress.end()
        let output = OutputFile(descriptor: 1, name: "standard output")
        _ = try output.write(json ? DocumentsText.json(report) + "\n" : DocumentsText.table(report))
        try documents.close()
        if !report.isComplete { throw ProcessExit.interrupted }
        if !report.skipped.isEmpty { throw ProcessExit.someNotAnswered }
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Shows the indexed documents with their chunks and bytes.")

    @OptionGroup var node: NodeOptions

    func run() async throws {
      try await ProcessExit.reporting {
        let documents = try DocumentCollection(node.load())
        let output = OutputFile(descriptor: 1, name: "standard output")
        for document in try documents.index().documents() {
          let row = "\(document.name.printable)\t\(document.chunks)\t\(document.bytes)\n"
          guard try output.write(row) else { break }
        }
        try documents.close()
      }
    }
  }

  struct Search: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "search",
      abstract: "Shows the passages that a question would be answered from.",
      discussion: """
        Example:
          weir documents search 'how long do refunds take?' --explain
        """)

    @OptionGroup var node: NodeOptions

    @Argument(help: "The question.")
    var question: String

    @Option(help: ArgumentHelp("Passages at most.", valueName: "n"))
    var limit = 5

    @Option(help: "What to rank by: fused, dense, lexical or reciprocal.")
    var mode = RankingMode.fused

    @Flag(help: "One JSON object a passage.")
    var json = false

    @Flag(help: "Show what each score is made of.")
    var explain = false

    func validate() throws {
      guard (1...100).contains(limit) else { throw ValidationError("--limit \(limit) is not from 1 to 100.") }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let configuration = try node.load()
        let documents = try DocumentCollection(configuration)
        let passages = try documents.index().search(
          question, vector: documents.embed(question), count: limit, mode: mode)
        let output = OutputFile(descriptor: 1, name: "standard output")
        let floor = configuration.documents.minScore
        for (index, passage) in passages.enumerated() {
          let text =
            json
            ? DocumentsText.json(passage) + "\n"
            : DocumentsText.row(passage, number: index + 1, floor: floor, explain: explain)
          guard try output.write(text) else { break }
        }
        if passages.isEmpty, !json { _ = try output.write("no passage was found\n") }
        try documents.close()
      }
    }
  }
}

extension RankingMode: ExpressibleByArgument {}
