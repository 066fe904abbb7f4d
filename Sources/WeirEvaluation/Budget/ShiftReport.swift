package import WeirDomain
internal import WeirRisk

/// What becomes of a promise on rows that are not like those it was made from, and how soon the monitor says so.
///
/// The rows are drawn at random, with putting back, as a stream of requests; those at or above the threshold are answered,
/// answers are audited with a probability, and the monitor sees the audits.
package struct ShiftReport: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    package let budget: Double
    /// Nil where the first rows prove no threshold.
    package let threshold: Double?
    /// Share of the shifted rows that is answered at it, and share of wrong ones among these.
    package let coverage: Double
    package let risk: Double
    /// Runs of the monitor, and those in which it said that the budget is broken.
    package let runs: Int
    package let alarms: Int
    /// Middle number of local answers until it did, over the runs in which it did; nil where none did.
    package let answersUntilAlarm: Int?
    /// Audits among them.
    package let auditsUntilAlarm: Int?
  }

  package let lines: [Line]
  package let rows: Int
  package let auditRate: Double
  /// Local answers after which a run ends without an alarm.
  package static let mostAnswers = 100_000
  private static let runs = 50

  /// `budgets` come from other rows; `examples` are the shifted ones.
  package init(_ budgets: BudgetReport, _ examples: [JudgedExample], auditRate: Double) {
    precondition(auditRate > 0 && auditRate <= 1, "audits are drawn with a probability above 0")
    self.auditRate = auditRate
    rows = examples.count
    let seed = budgets.options.seed
    lines = budgets.lines.map { line in
      let answered =
        line.next.map { found in examples.filter { Double(Float($0.confidence)) >= found.threshold } } ?? []
      let isWrong = answered.map { !$0.isRight }
      var random = SplitMix64(seed: seed)
      let found =
        answered.isEmpty
        ? [] : (0..<Self.runs).compactMap { _ in Self.alarm(isWrong, line.budget, auditRate, &random) }
      let middle = found.sorted { $0.answers < $1.answers }
      return Line(
        budget: line.budget, threshold: line.next?.threshold,
        coverage: Double(answered.count) / Double(max(examples.count, 1)),
        risk: Double(isWrong.count { $0 }) / Double(max(answered.count, 1)),
        runs: answered.isEmpty ? 0 : Self.runs, alarms: found.count,
        answersUntilAlarm: middle.isEmpty ? nil : middle[middle.count / 2].answers,
        auditsUntilAlarm: middle.isEmpty ? nil : middle[middle.count / 2].audits)
    }
  }

  private static func alarm(
    _ isWrong: [Bool], _ budget: Double, _ rate: Double, _ random: inout SplitMix64
  ) -> (answers: Int, audits: Int)? {
    var monitor = BudgetMonitor(budget: budget, alpha: 0.05, leastProbability: rate)
    for answer in 1...mostAnswers where random.nextUnit() < rate {
      let row = random.nextIndex(isWrong.count)
      if monitor.observe(isWrong: isWrong[row], probability: rate) { return (answer, monitor.audits) }
    }
    return nil
  }
}

extension ShiftReport {
  /// The report as text of at most `width` columns, at least 60.
  package func table(width: Int) -> String {
    let titles = [("answered", 10), ("wrong", 9), ("alarm after", 16), ("audits", 9), ("runs", 11)]
    var lines = [
      "", TextColumn.padded("shifted rows, \(rows)", 26) + titles.map { TextColumn.right($0.0, $0.1) }.joined(),
    ]
    for line in self.lines {
      let cells =
        line.threshold == nil
        ? [("no threshold", 19)]
        : [
          (line.coverage.percent, 10), (line.risk.percent, 9),
          (line.answersUntilAlarm.map { "\($0) answers" } ?? "none", 16),
          (line.auditsUntilAlarm.map { "\($0)" } ?? "", 9),
          ("\(line.alarms) of \(line.runs)", 11),
        ]
      lines.append(
        TextColumn.padded("  budget \(line.budget.percent)", 26) + cells.map { TextColumn.right($0.0, $0.1) }.joined())
    }
    lines.append("  audited: \((auditRate * 100).short) % of the answers; a run ends after \(Self.mostAnswers) answers")
    return lines.map { (TextColumn.width($0) > width ? TextColumn.padded($0, width) : $0) + "\n" }.joined()
  }

  /// Adds the report to `writer` as one object; shares from 0 to 1.
  package func write(to writer: inout JSONWriter, name: String? = nil) {
    writer.beginObject(name)
    writer.add("examples", rows)
    writer.add("audit_rate", auditRate)
    writer.beginArray("promises")
    for line in lines {
      writer.beginObject()
      writer.add("budget", line.budget)
      writer.add("threshold", line.threshold)
      writer.add("coverage", line.coverage)
      writer.add("risk", line.risk)
      writer.add("runs", line.runs)
      writer.add("alarms", line.alarms)
      writer.add("answers_until_alarm", line.answersUntilAlarm)
      writer.add("audits_until_alarm", line.auditsUntilAlarm)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
  }
}
