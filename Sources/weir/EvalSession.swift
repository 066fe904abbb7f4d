import Foundation
import Synchronization
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirEvaluation
import WeirFiles
import WeirLedger

/// One run of `weir eval`: reads the examples, lets the bundles judge them, writes the reports.
struct EvalSession {
  private let command: EvalCommand
  private let jobs: Int

  init(_ command: EvalCommand) {
    self.command = command
    jobs = command.jobs ?? ProcessInfo.processInfo.activeProcessorCount
  }

  func run() async throws {
    let judge = try BundleJudge(models(command.bundle, flag: "--bundle"))
    let other = try command.against.map { try BundleJudge(models($0, flag: "--against")) }
    let examples = try self.examples(command.examples)
    if command.unknownAs == nil {
      try judge.checkIntents(of: examples)
      try other?.checkIntents(of: examples)
    }
    let judged = try await judged(examples, by: judge)
    var comparedWith: (subject: EvaluationReport.Subject, examples: [JudgedExample])?
    if let other { comparedWith = (other.subject, try await self.judged(examples, by: other)) }
    let (report, comparison) = await EvaluationReport.make(
      judge.subject, judged, unknown: judge.unknownIntents(in: examples), options: options, comparedWith: comparedWith)
    let budgets = BudgetReport(judged, options: budgetOptions)
    var shift: ShiftReport?
    if let path = command.shifted {
      let rows = try await self.judged(self.examples([path]), by: judge)
      shift = ShiftReport(budgets, rows, auditRate: command.auditRate)
    }
    if let folder = command.svg { try write(report.drawings(budgets), into: folder) }
    if let path = command.html {
      let occasion = EvaluationReport.Occasion(date: Self.today, files: command.examples.map(Self.lastPart))
      let page = report.page(occasion, comparison: comparison.flatMap { one in other.map { (one, $0.subject) } })
      try AtomicFile.write(Array(page.utf8), to: path, mode: 0o644)
    }
    let output = OutputFile(descriptor: 1, name: "standard output")
    _ = try output.write(
      command.json
        ? json(report, (budgets, shift), comparison, other?.subject)
        : text(report, (budgets, shift), comparison, judge.subject, other?.subject))
  }

  private var options: EvaluationOptions {
    var options = EvaluationOptions()
    options.rejection = command.rejected / 100
    options.outOfScopeShare = command.outOfScopeShare.map { $0 / 100 }
    options.resamples = command.resamples
    options.seed = command.seed
    options.jobs = jobs
    return options
  }

  private var budgetOptions: BudgetOptions {
    var options = BudgetOptions()
    if !command.budget.isEmpty { options.budgets = command.budget }
    options.delta = command.delta
    options.splits = command.splits
    options.seed = command.seed
    return options
  }

  private func write(_ drawings: [(name: String, text: String)], into folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StartFailure.cannotCreate(path: folder)
    }
    for drawing in drawings {
      try AtomicFile.write(Array(drawing.text.utf8), to: folder + "/" + drawing.name, mode: 0o644)
    }
  }

  private func models(_ folder: String?, flag: String) throws -> Configuration.Models {
    let flags = folder.map { [Configuration.Flag(key: "models.bundle", value: $0, name: flag)] } ?? []
    return try Configuration.load(path: command.config, environment: NodeOptions.environment, flags: flags).models
  }

  private func examples(_ paths: [String]) throws -> [LabelledExample] {
    var options = ExampleReader.Options()
    options.format = command.format
    options.ignoresUnknown = command.ignoreUnknown
    options.textName = command.textField
    options.intentName = command.intentField
    var examples = try ExampleReader.read(paths: paths, options: options)
    if let split = command.split {
      let chosen = examples.filter { $0.split == split }
      if chosen.isEmpty { throw EvaluationFailure.emptySplit(split, examples: examples.count) }
      examples = chosen
    }
    return command.limit.map { Array(examples.prefix($0)) } ?? examples
  }

  private func judged(_ examples: [LabelledExample], by judge: BundleJudge) async throws -> [JudgedExample] {
    let errors = OutputFile(descriptor: 2, name: "standard error")
    let showsProgress = !command.quiet && errors.isTerminal
    let shown = Mutex(Int64(0))
    let start = SystemClock.monotonicNanoseconds
    let judged = try await judge.judge(examples, jobs: jobs, keepsText: command.withText) { count in
      guard showsProgress else { return }
      let now = SystemClock.monotonicNanoseconds
      let isDue = shown.withLock { shown in
        guard now - shown > 100_000_000 else { return false }
        shown = now
        return true
      }
      if isDue {
        let rate = Double(count) / max(Double(now - start) / 1e9, 1e-9)
        _ = try? errors.write("\r\u{1B}[K\(count) of \(examples.count) examples  \(rate.decimals(0))/s")
      }
    }
    if showsProgress { _ = try errors.write("\r\u{1B}[K") }
    return judged
  }

  private func json(
    _ report: EvaluationReport, _ risk: (budgets: BudgetReport, shift: ShiftReport?), _ comparison: PairedComparison?,
    _ other: EvaluationReport.Subject?
  ) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    report.write(to: &writer, name: "report")
    risk.budgets.write(to: &writer, name: "budgets")
    risk.shift?.write(to: &writer, name: "shifted")
    if let comparison, let other {
      writer.beginObject("against")
      writer.add("bundle", other.name)
      writer.add("version", other.version)
      comparison.write(to: &writer, name: "figures")
      writer.endObject()
    }
    writer.endObject()
    return writer.text + "\n"
  }

  private func text(
    _ report: EvaluationReport, _ risk: (budgets: BudgetReport, shift: ShiftReport?), _ comparison: PairedComparison?,
    _ subject: EvaluationReport.Subject, _ other: EvaluationReport.Subject?
  ) -> String {
    let width = min(OutputFile.terminalColumns(of: 1) ?? 80, 110)
    let limits = command.all ? (Int.max, Int.max) : (12, 10)
    var text = report.table(width: width, intentLimit: limits.0, confusionLimit: limits.1)
    text += risk.budgets.table(width: width) + (risk.shift?.table(width: width) ?? "")
    text += report.curves(risk.budgets, width: min(width, 88))
    if let comparison, let other {
      text += comparison.table(names: (name(subject), name(other)), options: report.options)
    }
    return text
  }

  private func name(_ subject: EvaluationReport.Subject) -> String { "\(subject.name) \(subject.version)" }

  private static func lastPart(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The day, UTC.
  private static var today: String {
    CalendarDay(of: Timestamp(milliseconds: SystemClock.utcMilliseconds)).description
  }
}
