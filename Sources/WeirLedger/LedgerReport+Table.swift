import WeirDomain

extension LedgerReport {
  /// The report as text of at most `width` columns (at least 60), with bars where shares are compared.
  ///
  /// A pure function of the report and the width: no colours, no clock. Names of groups come from outside and are
  /// shown with their control characters replaced.
  package func table(width: Int) -> String {
    let width = max(60, width)
    var lines: [String] = summaryLines(width: width)
    if let dimension = query.dimension {
      lines.append("")
      lines += groupLines(dimension, width: width)
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func summaryLines(width: Int) -> [String] {
    var lines: [String] = []
    let answered = total.outcomes[.answered] ?? 0
    let (deferred, failed) = (total.outcomes[.deferred] ?? 0, total.outcomes[.failed] ?? 0)
    lines.append("requests  \(total.requests) (\(answered) answered, \(deferred) deferred, \(failed) failed)")
    if let background = total.outcomes[.background] {
      lines.append("          and \(background) asked in the background, for reviewers and the cache")
    }
    let estimated = total.estimated == 0 ? "" : ", counted here for \(total.estimated) requests"
    lines.append("tokens    \(total.promptTokens) read, \(total.completionTokens) written\(estimated)")
    lines.append("spent     \(total.cost)")
    let share = total.savedShare.map { " (\(($0 * 100).decimals(1)) % of the premium price)" } ?? ""
    lines.append("saved     \(total.saved)\(share): caches \(total.savedByCache), routing \(total.savedByRouting)")
    if total.compressedTokens > 0 {
      lines.append("          compression \(total.savedByCompression) for \(total.compressedTokens) tokens not sent")
    }
    if answered > 0 {
      lines.append("")
      for tier in Tier.allCases where total.tiers[tier] != nil {
        let share = total.share(of: tier)
        let left = "\(TextColumn.padded(tier.rawValue, 10))\(TextColumn.right("\((share * 100).decimals(1)) %", 8))  "
        lines.append(left + TextColumn.bar(share, width: width - 20))
      }
    }
    if total.total.count > 0 {
      lines.append("")
      lines.append(TextColumn.padded("step", 10) + ["p50", "p95", "p99"].map { TextColumn.right($0, 12) }.joined())
      for step in RouteStep.allCases {
        if let histogram = total.steps[step] { lines.append(latencyLine(step.rawValue, histogram)) }
      }
      lines.append(latencyLine("total", total.total))
    }
    return lines
  }

  private func latencyLine(_ name: String, _ histogram: LatencyHistogram) -> String {
    TextColumn.padded(name, 10)
      + [0.5, 0.95, 0.99].map { TextColumn.right(histogram.quantile($0).map(TextColumn.duration) ?? "", 12) }.joined()
  }

  private func groupLines(_ dimension: ReportDimension, width: Int) -> [String] {
    var rows = groups.map { (name: TextColumn.printable($0.name ?? "(none)"), summary: $0.summary) }
    if let others {
      let bound = isNameCountBounded ? "at least " : ""
      rows.append((name: "(\(bound)\(otherCount) others)", summary: others))
    }
    // Names get what the numbers leave, and the bar what the names leave.
    let numbers = 10 + 18 + 18 + 12
    let longest = rows.map { TextColumn.width($0.name) }.max() ?? 0
    let nameWidth = max(8, min(longest, 32, width - numbers - 2), dimension.rawValue.count)
    let barWidth = width - nameWidth - numbers - 2
    let most = rows.map(\.summary.requests).max() ?? 0
    let titles = [("requests", 10), ("spent", 18), ("saved", 18), ("p95", 12)]
    var lines = [
      TextColumn.padded(dimension.rawValue, nameWidth) + titles.map { TextColumn.right($0.0, $0.1) }.joined()
    ]
    for row in rows {
      let cells = [
        ("\(row.summary.requests)", 10), ("\(row.summary.cost)", 18), ("\(row.summary.saved)", 18),
        (row.summary.total.quantile(0.95).map(TextColumn.duration) ?? "", 12),
      ]
      var line = TextColumn.padded(row.name, nameWidth) + cells.map { TextColumn.right($0.0, $0.1) }.joined()
      if barWidth >= 4, most > 0 {
        line += "  " + TextColumn.bar(Double(row.summary.requests) / Double(most), width: barWidth)
      }
      lines.append(line)
    }
    return lines
  }
}
