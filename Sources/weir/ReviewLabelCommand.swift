import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirReview
import WeirStore

/// `weir review label`: one label, said on the command line.
struct ReviewLabelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Labels one sample.",
    discussion: """
      The label is right or wrong, of the answer that was given, or the prompt's intent. A reviewer's later label \
      replaces the earlier one.

      Examples:
        weir review label 01JD0000000000000000000000 wrong
        weir review label 01JD0000000000000000000000 track_order --reviewer anna
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The sample's id, as exported.", valueName: "id"))
  var id: String

  @Argument(help: ArgumentHelp("right, wrong, or an intent.", valueName: "label"))
  var label: String

  @OptionGroup var reviewer: ReviewerOption

  @Flag(help: "The label is about the other answer, which stands beside the given one.")
  var other = false

  func validate() throws {
    if ULID(id) == nil { throw ValidationError("\(id.printable.prefix(40)) is no sample's id.") }
    if ReviewLabel.Verdict(label) == nil { throw ValidationError("The label \(ReviewLabel.Verdict.rule).") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      guard let sampleID = ULID(id), let verdict = ReviewLabel.Verdict(label) else { return }
      let configuration = try node.load()
      let store = try Node.openExistingStore(configuration)
      let said = ReviewLabel(
        sampleID: sampleID, reviewer: reviewer.name, subject: other ? .other : .answer, verdict: verdict,
        at: Timestamp(milliseconds: SystemClock.utcMilliseconds))
      let done = try store.write { try ReviewQueue.record(said, in: $0) }
      try store.close()
      let sentence =
        switch done {
        case .added: "labelled"
        case .changed: "the earlier label is replaced"
        case .same: "that was its label already"
        case .unknownSample: throw StartFailure.noReviewSample(id: id)
        case .noOther: throw StartFailure.noOtherAnswer(id: id)
        }
      _ = try OutputFile(descriptor: 1, name: "standard output").write("\(sentence)\n")
      if case .intent(let name) = verdict, let known = try? Node.intents(configuration), !known.contains(name) {
        ProcessExit.note("the classifier knows no such intent: it is new, or misspelt")
      }
    }
  }
}
