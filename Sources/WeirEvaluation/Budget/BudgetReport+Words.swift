package import WeirDomain
internal import WeirRisk

extension BudgetReport {
  /// The thresholds as text of at most `width` columns, at least 60.
  package func table(width: Int) -> String {
    let sure = "\((100 * (1 - options.delta)).short) %"
    let titles = [("threshold", 11), ("answered", 10), ("wrong", 14), ("bound \(sure)", 13)]
    var lines = [
      "", "error budgets" + String(repeating: " ", count: 13) + titles.map { TextColumn.right($0.0, $0.1) }.joined(),
    ]
    for line in self.lines {
      for (name, found) in [("over \(rows) requests", line.next), ("in the long run", line.longRun)] {
        lines.append("  " + TextColumn.padded("\(line.budget.percent) \(name)", 24) + Self.columns(found))
      }
      if let splits = line.splits { lines += Self.words(splits) }
    }
    if let splits = self.lines.first?.splits {
      lines.append(
        "  ECE of the other half \((splits.calibrationError * 100).decimals(2)) %, calibrated anew on the first"
          + " \((splits.recalibratedError * 100).decimals(2)) %")
    }
    if self.lines.contains(where: { $0.next == nil }) {
      lines.append("  no threshold: the rows are too few, or too many of the most confident ones are wrong")
    }
    return lines.map { (TextColumn.width($0) > width ? TextColumn.padded($0, width) : $0) + "\n" }.joined()
  }

  private static func columns(_ found: CertifiedThreshold?) -> String {
    guard let found else { return TextColumn.right("none proved", 11) }
    return TextColumn.right(found.threshold.decimals(4), 11) + TextColumn.right(found.coverage.percent, 10)
      + TextColumn.right("\(found.wrong) of \(found.accepted)", 14) + TextColumn.right(found.bound.percent, 13)
  }

  private static func words(_ splits: BudgetSplits) -> [String] {
    let range = splits.coverageRange
    let share = Double(splits.broken) / Double(max(splits.count, 1))
    return [
      "    \(splits.count) halves: broken in \(splits.broken) (\(share.percent)), no threshold in \(splits.unproved)",
      "      answered \(splits.coverage.percent) (\(range.lowerBound.percent) to \(range.upperBound.percent)),"
        + " wrong \((splits.risk * 100).decimals(2)) %",
      "      by the long run: broken in \(splits.brokenLongRun), answered \(splits.coverageLongRun.percent)",
    ]
  }

  /// Adds the budgets to `writer` as one object; shares from 0 to 1.
  package func write(to writer: inout JSONWriter, name: String? = nil) {
    writer.beginObject(name)
    writer.add("delta", options.delta)
    writer.add("examples", rows)
    writer.beginArray("promises")
    for line in lines {
      writer.beginObject()
      writer.add("budget", line.budget)
      for (name, found) in [("next", line.next), ("long_run", line.longRun)] {
        guard let found else {
          writer.add(name, nil as String?)
          continue
        }
        writer.beginObject(name)
        writer.add("threshold", found.threshold)
        writer.add("coverage", found.coverage)
        writer.add("answered", found.accepted)
        writer.add("wrong", found.wrong)
        writer.add("bound", found.bound)
        writer.endObject()
      }
      if let splits = line.splits { Self.write(splits, to: &writer) }
      writer.endObject()
    }
    writer.endArray()
    writer.beginArray("curve")
    for point in curve {
      writer.beginArray()
      for value in [point.coverage, point.risk, point.low, point.high] { writer.add(nil, value, decimals: 6) }
      writer.endArray()
    }
    writer.endArray()
    writer.endObject()
  }

  private static func write(_ splits: BudgetSplits, to writer: inout JSONWriter) {
    writer.beginObject("splits")
    writer.add("count", splits.count)
    writer.add("broken", splits.broken)
    writer.add("broken_share", Double(splits.broken) / Double(max(splits.count, 1)))
    writer.add("unproved", splits.unproved)
    writer.add("coverage", splits.coverage)
    writer.beginArray("coverage_90")
    writer.add(nil, splits.coverageRange.lowerBound)
    writer.add(nil, splits.coverageRange.upperBound)
    writer.endArray()
    writer.add("risk", splits.risk)
    writer.add("ece", splits.calibrationError)
    writer.add("ece_recalibrated", splits.recalibratedError)
    writer.add("broken_long_run", splits.brokenLongRun)
    writer.add("coverage_long_run", splits.coverageLongRun)
    writer.endObject()
  }
}
