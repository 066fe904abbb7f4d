import ArgumentParser
import Foundation
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirEvaluation
import WeirFiles

/// `weir eval`: how good a bundle is on labelled examples.
struct EvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measures encoder and classifier of a bundle on labelled examples.",
    discussion: """
      Examples are CSV files with a header, or JSON lines. Their fields: text (or prompt, utterance) and intent (or \
      label, category); if you like id, split, weight, complexity, and sufficient, sufficient_economy, sufficient_standard, sufficient_premium. The intent out_of_scope (or oos) marks \
      texts that belong to none.

      Reported are accuracy, macro-F1 and a table by intent, the worst confusions, out-of-scope recall, AUROC and \
      average precision, calibration (ECE, Brier), risk and coverage, and times. Figures have 95 % intervals. \
      --against tells whether another bundle is better on the same rows, by a paired bootstrap.

      For each --budget comes the confidence from which on these rows prove that no more than that share of the \
      answers given is wrong, with a chance of 1 - delta: over as many requests again, and in the long run. That is \
      worth as much as the rows are like the requests to come. --splits puts it to the test: thresholds from one half \
      of the rows, counted on the other. --shifted shows what the thresholds are worth on rows that are unlike these \
      (there the promise is void), and after how many answers the monitor says so.

      Reports hold ids of examples; their texts only with --with-text.

      Examples:
        weir eval test.csv
        weir eval test.jsonl --html report.html --json > report.json
        weir eval test.csv --bundle new --against old
        weir eval traffic.csv --budget 0.02 --delta 0.1 --splits 200 --svg curves
        weir eval Bitext.csv --text-field instruction --intent-field intent --ignore-unknown
      """)

  @Argument(help: ArgumentHelp("Files of labelled examples.", valueName: "file"))
  var examples: [String]

  @Option(
    name: [.long, .customLong("models")],
    help: ArgumentHelp("A folder with bundle.json instead of the models inside the binary.", valueName: "dir"))
  var bundle: String?

  @Option(help: ArgumentHelp("A folder with the bundle to compare with.", valueName: "dir"))
  var against: String?

  @Option(help: ArgumentHelp("The configuration file, which may name models.", valueName: "file"))
  var config: String?

  @Flag(help: "One JSON object; shares from 0 to 1, times in nanoseconds.")
  var json = false

  @Option(help: ArgumentHelp("Also write one HTML file with plots, which loads nothing.", valueName: "file"))
  var html: String?

  @Flag(help: "Put the texts of misjudged examples into the HTML and JSON reports.")
  var withText = false

  @Option(help: ArgumentHelp("Only the first n examples.", valueName: "n"))
  var limit: Int?

  @Option(help: "Only examples of this split: train, validation or test.")
  var split: LabelledExample.Split?

  @Option(help: "How to read the files: auto, csv or jsonl.")
  var format: ExampleReader.Format = .auto

  @Option(help: ArgumentHelp("The field of the text, where it has another name.", valueName: "name"))
  var textField: String?

  @Option(help: ArgumentHelp("The field of the intent.", valueName: "name"))
  var intentField: String?

  @Flag(help: "Pass over fields that mean nothing here.")
  var ignoreUnknown = false

  @Option(help: ArgumentHelp("Count examples of unknown intents as this: out_of_scope.", valueName: "intent"))
  var unknownAs: UnknownIntentRule?

  @Option(help: ArgumentHelp("In-scope rows that the gate may reject, in percent.", valueName: "percent"))
  var rejected = 5.0

  @Option(
    help: ArgumentHelp(
      "Weigh out-of-scope rows to be this share of figures over all rows, in percent.", valueName: "percent"))
  var outOfScopeShare: Double?

  @Option(help: ArgumentHelp("Resamples of the bootstrap; 0 for no intervals.", valueName: "n"))
  var resamples = 1000

  @Option(help: ArgumentHelp("Seed of the bootstrap.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Texts encoded at the same time (default: the number of cores).", valueName: "n"))
  var jobs: Int?

  @Option(
    help: ArgumentHelp(
      "Share of wrong answers among those given, above 0 and below 1 (default: 0.01, 0.02 and 0.05). Repeatable.",
      valueName: "share"))
  var budget: [Double] = []

  @Option(help: ArgumentHelp("Chance that a budget's promise is broken.", valueName: "share"))
  var delta = 0.1

  @Option(help: ArgumentHelp("Random halves to put the budgets to the test.", valueName: "n"))
  var splits = 0

  @Option(
    help: ArgumentHelp(
      "Examples unlike the others: what the thresholds are worth there, and when the monitor says so.",
      valueName: "file"))
  var shifted: String?

  @Option(help: ArgumentHelp("Share of local answers that the monitor of --shifted has audited.", valueName: "share"))
  var auditRate = 0.05

  @Option(
    help: ArgumentHelp("Also write risk-coverage.svg and reliability.svg into this folder.", valueName: "dir"))
  var svg: String?

  @Flag(help: "Show every intent and confusion, not only the worst.")
  var all = false

  @Flag(help: "No progress line, even on a terminal.")
  var quiet = false

  func validate() throws {
    if examples.isEmpty { throw ValidationError("name at least one file of examples.") }
    if let limit, limit < 1 { throw ValidationError("--limit \(limit) is not 1 or more.") }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs \(jobs) is not from 1 to 1024.") }
    guard rejected > 0, rejected < 100 else {
      throw ValidationError("--rejected \(rejected) is not between 0 and 100.")
    }
    if let outOfScopeShare, !(outOfScopeShare > 0 && outOfScopeShare < 100) {
      throw ValidationError("--out-of-scope-share \(outOfScopeShare) is not between 0 and 100.")
    }
    for share in budget where !(share > 0 && share < 1) {
      throw ValidationError("--budget \(share) is not between 0 and 1.")
    }
    guard delta > 0, delta < 1 else { throw ValidationError("--delta \(delta) is not between 0 and 1.") }
    guard auditRate > 0, auditRate <= 1 else {
      throw ValidationError("--audit-rate \(auditRate) is not above 0 and at most 1.")
    }
    guard (0...10_000).contains(splits) else { throw ValidationError("--splits \(splits) is not from 0 to 10000.") }
    guard resamples == 0 || (100...100_000).contains(resamples) else {
      throw ValidationError("--resamples \(resamples) is not 0 or from 100 to 100000.")
    }
    for (name, value) in [
      ("--bundle", bundle), ("--against", against), ("--html", html), ("--config", config),
      ("--text-field", textField), ("--svg", svg), ("--shifted", shifted), ("--intent-field", intentField),
    ] where value == "" {
      throw ValidationError("\(name) must not be empty.")
    }
    if withText, html == nil, !json { throw ValidationError("--with-text goes with --html or --json.") }
  }

  func run() async throws {
    try await ProcessExit.reporting { try await EvalSession(self).run() }
  }
}

/// What becomes of an example whose intent the bundle does not know.
enum UnknownIntentRule: String, ExpressibleByArgument {
  case outOfScope = "out_of_scope"
}

extension LabelledExample.Split: ExpressibleByArgument {}
extension ExampleReader.Format: ExpressibleByArgument {}
