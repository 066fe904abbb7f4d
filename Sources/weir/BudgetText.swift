import WeirDomain
import WeirRisk
import WeirRouting

/// What `weir budget` shows.
enum BudgetText {
  static func table(_ report: BudgetReport) -> String {
    var lines = thresholds(report)
    lines.append("")
    lines += monitor(report)
    lines.append("")
    lines += rates(report)
    if let shadow = report.shadow {
      lines.append("")
      lines += comparison(shadow)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Thresholds

  private static func thresholds(_ report: BudgetReport) -> [String] {
    let sure = percent(1 - report.delta, 0)
    var lines = [
      row("whose answers", ["budget", "threshold", "bound", "covered"]) + "  stands on (with a confidence of \(sure))"
    ]
    for entry in report.entries {
      let covered = report.traffic[entry.scope]?.coverage
      let cells = [
        percent(entry.scope.share, 1), threshold(entry.acceptance.answerAt), entry.bound.map { percent($0, 2) } ?? "-",
        covered.map { percent($0, 1) } ?? "-",
      ]
      let isShadow = report.shadowShares.contains(entry.scope.share)
      lines.append(
        row(entry.scope.name, cells) + "  " + origin(entry.acceptance.origin) + (isShadow ? " (shadow)" : ""))
    }
    return lines
  }

  private static func threshold(_ value: Double) -> String { value > 1 ? "none" : value.decimals(4) }

  private static func origin(_ origin: Acceptance.Origin) -> String {
    switch origin {
    case .bands: "the bands that hold until there is data"
    case .budget: "1 - error_budget, as typed: no labels"
    case .bundle(let rows): "\(rows) labelled rows of the models"
    case .reviewed(let rows): "\(rows) reviewed answers of this node"
    case .monitor: "the monitor's alarm"
    case .typed: "a rule"
    }
  }

  // MARK: Monitor

  private static func monitor(_ report: BudgetReport) -> [String] {
    var lines = [row("monitor", ["audited", "wrong", "evidence", "of"])]
    for reading in report.readings.prefix(mostRows) {
      let cells = [
        "\(reading.audits)", "\(reading.wrong)",
        reading.evidence < 1e6 ? reading.evidence.decimals(2) : "over 10^6", reading.limit.decimals(0),
      ]
      let name = reading.source == .reports ? "users' reports" : reading.scope.name
      lines.append(row(name, cells) + (reading.level == 0 ? "" : "  alarm \(reading.level)"))
    }
    if report.readings.isEmpty {
      lines.append("no labelled audits of local answers yet: nothing is known of the budget")
    }
    if report.readings.count > mostRows {
      lines.append("and \(report.readings.count - mostRows) more; --json lists them")
    }
    for event in report.events.prefix(5) {
      let what =
        event.kind == .alarm
        ? "alarm \(event.level): \(event.wrong) of \(event.audits) audited answers wrong" : "ended by hand"
      lines.append("\(moment(event.at))  \(event.scope.name): \(what)")
    }
    return lines
  }

  private static let mostRows = 20

  // MARK: Rates

  private static func rates(_ report: BudgetReport) -> [String] {
    let metrics = report.metrics
    var lines = [row("rate", ["estimate", "from", "to", "labels"])]
    lines.append(figure("local answers right", metrics.localWrong, isComplement: true))
    for (tier, wrong) in metrics.byTier { lines.append(figure("  \(tier.rawValue)", wrong, isComplement: true)) }
    lines.append(figure("under-routing", metrics.underRouting))
    lines.append(figure("over-routing", metrics.overRouting))
    let calibration = metrics.calibration
    lines.append(
      calibration.value.map {
        row(
          "calibration error",
          [percent($0, 2), percent(calibration.low, 2), percent(calibration.high, 2), "\(calibration.bins.rows)"])
      } ?? unknown("calibration error", max(0, RouterMetrics.leastLabels - calibration.bins.rows)))
    lines.append(
      "\(metrics.labelled) samples labelled, \(metrics.unlabelled) not, \(metrics.tied) tied, \(metrics.notDrawn) kept for "
        + "a cause and not by chance")
    if let median = report.delay.median, let p95 = report.delay.p95 {
      lines.append(
        "before a remote model was asked: median \(TextColumn.duration(median)), 95 % within \(TextColumn.duration(p95)) "
          + "(\(report.delay.requests) requests)")
    }
    return lines
  }

  // MARK: Shadow

  private static func comparison(_ shadow: ShadowReport) -> [String] {
    guard let share = shadow.differingShare else { return ["the shadow has decided nothing yet"] }
    var lines = [
      "shadow \(shadow.name): \(shadow.requests) prompts decided, \(percent(share, 1)) of them otherwise",
      TextColumn.padded("acts", 14) + TextColumn.padded("shadow", 14) + TextColumn.right("prompts", 9),
    ]
    for count in shadow.counts.prefix(mostRows) {
      lines.append(
        TextColumn.padded(count.acting?.rawValue ?? "nobody", 14)
          + TextColumn.padded(count.decided?.rawValue ?? "nobody", 14) + TextColumn.right("\(count.requests)", 9))
    }
    lines.append(
      "expected cost of \(shadow.priced) prompts with known prices: \(shadow.actingCost), with the shadow \(shadow.shadowCost)"
    )
    lines.append(row("wrong local answers", ["estimate", "from", "to", "labels"]))
    lines.append(figure("  acting", shadow.actingWrong))
    lines.append(figure("  shadow", shadow.shadowWrong))
    for case let one in shadow.latest {
      lines.append(
        "\(moment(one.at))  \(one.traceID)  \(one.acting?.rawValue ?? "nobody") / \(one.decided?.rawValue ?? "nobody")"
          + "  confidence \(one.confidence?.decimals(3) ?? "-")  complexity \(one.complexity?.decimals(2) ?? "-")")
    }
    return lines
  }

  private static func figure(_ name: String, _ figure: RouterMetrics.Figure, isComplement: Bool = false) -> String {
    guard let value = figure.value else { return unknown(name, figure.needed) }
    let rate = figure.rate
    let cells =
      isComplement
      ? [percent(1 - value, 2), percent(1 - rate.high, 2), percent(1 - rate.low, 2)]
      : [percent(value, 2), percent(rate.low, 2), percent(rate.high, 2)]
    return row(name, cells + ["\(rate.audits)"])
  }

  private static func unknown(_ name: String, _ needed: Int) -> String {
    TextColumn.padded(name, 28) + "  unknown: \(needed) labels more are needed"
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    TextColumn.padded(name, 28) + cells.map { TextColumn.right($0, 11) }.joined()
  }

  private static func percent(_ share: Double, _ decimals: Int) -> String { "\((share * 100).decimals(decimals)) %" }

  static func moment(_ time: Timestamp) -> String { CacheText.moment(time) }
}
