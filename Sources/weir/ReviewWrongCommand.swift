import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirRouting
import WeirStore

/// `weir review wrong`: what a user says of an answer.
struct ReviewWrongCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wrong", abstract: "Notes that an answer was wrong, as its user says.",
    discussion: """
      Reports estimate nothing, for nobody knows how many wrong answers are reported. But where they alone exceed the \
      error budget, the monitor raises what local answers need. Nothing of the answer's text is kept. An answer of the \
      cache is taken out of it by weir cache wrong.

      Example:
        weir review wrong 01JD0000000000000000000000
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The trace id that stands in the reply.", valueName: "trace"))
  var trace: String

  func validate() throws {
    if ULID(trace) == nil { throw ValidationError("\(trace.printable.prefix(40)) is no trace id.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      guard let id = ULID(trace) else { return }
      let store = try Node.openExistingStore(node.load())
      let done = try store.write {
        try AnswerReports.report(id, at: Timestamp(milliseconds: SystemClock.utcMilliseconds), in: $0)
      }
      try store.close()
      let sentence =
        switch done {
        case .added: "noted"
        case .same: "it was noted before"
        case .addedForRemote: "noted; a remote model gave it, and the error budget is about local answers"
        case .unknownAnswer: throw StartFailure.noAnswer(traceID: trace)
        }
      _ = try OutputFile(descriptor: 1, name: "standard output").write("\(sentence)\n")
    }
  }
}
