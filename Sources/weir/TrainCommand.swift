import ArgumentParser
import Dispatch
import WeirAssembly
import WeirClassifier
import WeirConfiguration
import WeirDomain
import WeirEvaluation
import WeirFiles
import WeirTraining

/// `weir train`: a bundle for somebody's own intents.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains the intents of a bundle from labelled examples.",
    discussion: """
      Examples are CSV files with a header, or JSON lines, with text and intent; the intent out_of_scope marks prompts \
      that belong to none. Twenty examples make a bundle that works; what it claims to know grows with their number. \
      Examples of the split validation calibrate, those of the split test are left out.

      Where answers to examples were judged, add the fields sufficient (the local answer was good enough: true, false, or \
      0 to 1), sufficient_economy, sufficient_standard, sufficient_premium and complexity (0 to 1): from 50 labels on, the \
      bundle learns which tier is enough for a prompt.

      The bundle keeps the generator only where all intents are among those it was made for.

      Try:  weir train --init examples.csv --out mine && weir route --models mine

      Exit status: 0 written; 2 examples, models or folder; 64 usage; 130 interrupted, nothing written.
      """)

  @Argument(help: ArgumentHelp("Files of examples.", valueName: "file"))
  var examples: [String]

  @Option(
    help: ArgumentHelp("The bundle whose encoder is used, instead of the one inside the binary.", valueName: "dir"))
  var bundle: String?

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var out = "weir-bundle"

  @Flag(name: .customLong("init"), help: "Make a new bundle: refuse a folder that holds one already.")
  var isNew = false

  @Option(help: "Every random choice follows from it: the same seed gives the same bytes.")
  var seed: UInt64 = 1

  @Option(help: "Most passes over the examples; chosen by their number where it is not given.")
  var epochs: Int?

  @Option(name: .customLong("cv"), help: "Folds of the cross-validation behind the calibration.")
  var folds = 5

  @Option(help: "Share of prompts out of scope that the calibration assumes, 0 to 1.")
  var outOfScopeShare: Double?

  @Flag(help: "Print the figures as one JSON object.")
  var json = false

  func validate() throws {
    if examples.isEmpty { throw ValidationError("name at least one file of examples.") }
    if let epochs, !(1...10_000).contains(epochs) {
      throw ValidationError("--epochs \(epochs) is not from 1 to 10000.")
    }
    if !(2...20).contains(folds) { throw ValidationError("--cv \(folds) is not from 2 to 20.") }
    if let share = outOfScopeShare, !(share > 0 && share < 1) {
      throw ValidationError("--out-of-scope-share \(share) is not between 0 and 1.")
    }
    if out.isEmpty { throw ValidationError("--out must not be empty.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let interruption = try Interruption()
      let sources = interruption.listen()
      defer { sources.forEach { $0.cancel() } }
      let rows = try ExampleReader.read(paths: examples)
      var options = TrainingOptions()
      options.seed = seed
      options.epochs = epochs
      options.folds = folds
      options.outOfScopeShare = outOfScopeShare
      let errors = OutputFile(descriptor: 2, name: "standard error")
      let showsProgress = errors.isTerminal
      let training = BundleTraining(
        options: options, base: try Configuration.load(environment: NodeOptions.environment, flags: flags).models,
        isCancelled: { interruption.isInterrupted },
        progress: { text, share in
          guard showsProgress else { return }
          _ = try? errors.write("\r\u{1B}[K\(text) \((share * 100).decimals(0)) %")
        })
      let begin = SystemClock.monotonicNanoseconds
      let outcome = try training.run(rows, writingTo: out, replaces: !isNew)
      if showsProgress { _ = try? errors.write("\r\u{1B}[K") }
      guard let outcome else { throw ProcessExit.interrupted }
      let seconds = Double(SystemClock.monotonicNanoseconds - begin) / 1e9
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json ? line(outcome, seconds) : report(outcome, seconds))
    }
  }

  /// Training keeps no state, so it needs no folder for it.
  private var flags: [Configuration.Flag] {
    [.init(key: "node.state", value: out, name: "--out")]
      + (bundle.map { [.init(key: "models.bundle", value: $0, name: "--bundle")] } ?? [])
  }

  private func report(_ outcome: BundleTraining.Outcome, _ seconds: Double) -> String {
    let figures = outcome.trained.heldOut
    var rows = [
      "\(outcome.examples) examples of \(outcome.intents.count) intents, trained in \(seconds.decimals(1)) s",
      "held-out accuracy  \((figures.accuracy * 100).decimals(1)) % of \(figures.rows - figures.outOfScopeRows) predictions in scope",
    ]
    if let auroc = figures.gateAUROC {
      let kind = figures.hasStandIns ? " (played by intents that a network never saw)" : ""
      rows.append("out-of-scope AUROC \(auroc.decimals(4))\(kind)")
    }
    rows.append("highest confidence \(figures.highestConfidence.decimals(3)): what this many examples can prove")
    rows += outcome.trained.forestFigures.map(Self.sentence)
    if !outcome.thin.isEmpty {
      rows.append(
        "few examples       \(outcome.thin.count) intents have fewer than 5: \(outcome.thin.prefix(5).joined(separator: ", ").printable)"
      )
    }
    if !outcome.keepsGenerator {
      rows.append("no generator: the built-in one was made for other intents, so answers come from remotes")
    }
    rows.append("wrote \(out). Use it with  models.bundle = \"\(out)\"  or  weir route --models \(out)")
    return rows.joined(separator: "\n") + "\n"
  }

  private static func sentence(_ figure: ForestFigure) -> String {
    let what = figure.output.tier.map { "good enough from \($0.rawValue)" } ?? "complexity"
    let auroc = figure.auroc.map { "AUROC \($0.decimals(4)), " } ?? ""
    return "\(what): \(figure.rows) labels, mean \(figure.mean.decimals(3)); held out \(auroc)"
      + "squared error \(figure.brier.decimals(4)) (\(figure.brierOfMean.decimals(4)) by the mean alone)"
  }

  private func line(_ outcome: BundleTraining.Outcome, _ seconds: Double) -> String {
    let figures = outcome.trained.heldOut
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("examples", outcome.examples)
    writer.add("intents", outcome.intents.count)
    writer.add("seconds", seconds, decimals: 2)
    writer.add("held_out", figures.rows)
    writer.add("accuracy", figures.accuracy, decimals: 4)
    writer.add("out_of_scope", figures.outOfScopeRows)
    writer.add("stand_ins", figures.hasStandIns)
    writer.add("gate_auroc", figures.gateAUROC, decimals: 4)
    writer.add("highest_confidence", figures.highestConfidence, decimals: 4)
    writer.beginObject("sufficiency")
    for figure in outcome.trained.forestFigures {
      writer.beginObject(figure.output.rawValue)
      writer.add("rows", figure.rows)
      writer.add("mean", figure.mean, decimals: 4)
      writer.add("auroc", figure.auroc, decimals: 4)
      writer.add("brier", figure.brier, decimals: 4)
      writer.add("brier_of_mean", figure.brierOfMean, decimals: 4)
      writer.endObject()
    }
    writer.endObject()
    writer.add("keeps_generator", outcome.keepsGenerator)
    writer.add("bundle", out)
    writer.endObject()
    return writer.text + "\n"
  }
}
