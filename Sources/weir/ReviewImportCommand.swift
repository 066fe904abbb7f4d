import ArgumentParser
import Foundation
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirReview
import WeirStore

/// `weir review import`: labels come back.
struct ReviewImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes labelled samples back.",
    discussion: """
      The file holds lines of weir review export with label filled in: "right", "wrong" or the prompt's intent. Lines \
      that nobody has labelled are passed over, those that cannot be taken are named with their reason, and the others \
      count. Importing a file again changes nothing; a reviewer's later label replaces the earlier one. Where as many \
      reviewers say right as say wrong, the answer counts as wrong for the threshold.

      Examples:
        weir review import samples.jsonl --reviewer anna
        weir review import --dry-run - < samples.jsonl

      Exit status 1: some lines were refused.
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
  var file: String

  @OptionGroup var reviewer: ReviewerOption

  @Flag(help: "Say what would change, and change nothing.")
  var dryRun = false

  @Flag(help: "One JSON object.")
  var json = false

  @Flag(help: "Take labels that name an intent which the classifier does not know.")
  var allowUnknownIntents = false

  private static let batch = 1000
  private static let batchBytes = 1 << 24
  private static let mostNamed = 20

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let reader =
        file == "-"
        ? LineReader(descriptor: 0, name: "standard input", maximumBytes: Self.longestLine(configuration))
        : try LineReader(path: file, maximumBytes: Self.longestLine(configuration))
      let store = try Node.openExistingStore(configuration)
      var labels = LabelImport(
        reviewer: reviewer.name, knownIntents: try? Node.intents(configuration),
        allowsUnknownIntents: allowUnknownIntents)
      var named: [LabelImport.Refusal] = []
      var batch: [(number: Int, bytes: [UInt8])] = []
      var batchBytes = 0
      func flush() throws {
        let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
        named += try labels.take(batch, at: now, isDry: dryRun, into: store).prefix(Self.mostNamed - named.count)
        (batch, batchBytes) = ([], 0)
      }
      var number = 0
      while let line = try reader.next() {
        number += 1
        switch line {
        case .bytes(let bytes):
          let bytes = number == 1 ? PromptLine.withoutMark(bytes) : bytes
          if !PromptLine.isBlank(bytes) {
            batch.append((number, bytes))
            batchBytes += bytes.count
          }
        case .tooLong(let count):
          let refusal = labels.refuse(
            number, "line_too_long", "the line has \(count) bytes, more than an export writes")
          if named.count < Self.mostNamed { named.append(refusal) }
        }
        if batch.count == Self.batch || batchBytes >= Self.batchBytes { try flush() }
      }
      try flush()
      try store.close()
      named.sort { $0.line < $1.line }
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json ? object(labels.tally, named) : text(labels.tally, named))
      if labels.tally.refused > 0 { throw ProcessExit.someNotAnswered }
    }
  }

  /// A sample's line holds a prompt and two answers, each character of which may be written as six.
  private static func longestLine(_ configuration: Configuration) -> Int {
    max(configuration.limits.maxLineBytes * 8, 1 << 24)
  }

  private func text(_ tally: LabelImport.Tally, _ named: [LabelImport.Refusal]) -> String {
    let verb = dryRun ? "would be " : ""
    var lines = [
      "\(tally.added) labels \(verb)added, \(tally.changed) \(verb)changed, \(tally.same) were there; "
        + "\(tally.unlabelled) lines without a label, \(tally.repeated) repeated, \(tally.refused) refused"
    ]
    if tally.unknownIntents > 0 {
      lines.append("\(tally.unknownIntents) labels name an intent that the classifier does not know: new, or misspelt")
    }
    lines += named.map { "line \($0.line): \($0.message)" }
    if tally.refused > named.count { lines.append("and \(tally.refused - named.count) more") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func object(_ tally: LabelImport.Tally, _ named: [LabelImport.Refusal]) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("dry_run", dryRun)
    for (name, count) in [
      ("added", tally.added), ("changed", tally.changed), ("same", tally.same), ("unlabelled", tally.unlabelled),
      ("repeated", tally.repeated), ("refused", tally.refused), ("unknown_intents", tally.unknownIntents),
    ] {
      writer.add(name, count)
    }
    writer.beginArray("refusals")
    for refusal in named {
      writer.beginObject()
      writer.add("line", refusal.line)
      writer.add("code", refusal.code)
      writer.add("message", refusal.message)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.text + "\n"
  }
}

/// Who labels.
struct ReviewerOption: ParsableArguments {
  @Option(help: ArgumentHelp("Who labelled (default: $USER, else reviewer).", valueName: "name"))
  var reviewer: String?

  var name: String {
    let user = ProcessInfo.processInfo.environment["USER"]
    return reviewer ?? (user.map(ReviewLabel.isReviewer) == true ? user : nil) ?? "reviewer"
  }

  func validate() throws {
    guard let reviewer, !ReviewLabel.isReviewer(reviewer) else { return }
    throw ValidationError("--reviewer \(ReviewLabel.reviewerRule).")
  }
}
