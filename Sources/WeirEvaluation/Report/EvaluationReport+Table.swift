internal import WeirDomain

extension EvaluationReport {
  /// The report as text of at most `width` columns (at least 60): a pure function, without colours.
  ///
  /// `intentLimit` and `confusionLimit` bound the two tables; the weakest intents and the most frequent confusions are
  /// shown.
  package func table(width: Int, intentLimit: Int = 12, confusionLimit: Int = 10) -> String {
    let width = max(60, width)
    var lines = subjectLines
    lines += figureLines
    lines += selectiveLines
    lines += latencyLines
    lines += intentLines(width: width, limit: intentLimit)
    lines += confusionLines(width: width, limit: confusionLimit)
    return lines.map { Self.line($0, width: width) }.joined()
  }

  /// A line without blanks at its end, cut where it is too long.
  private static func line(_ text: String, width: Int) -> String {
    let shown = TextColumn.width(text) > width ? TextColumn.padded(text, width) : text
    return String(shown.reversed().drop { $0 == " " }.reversed()) + "\n"
  }

  var subjectText: String { TextColumn.printable("\(subject.name) \(subject.version)") }

  private var subjectLines: [String] {
    var lines = ["bundle    \(subjectText), \(subject.intents.count) intents"]
    lines.append("examples  \(rows): \(inScope) in scope, \(outOfScope) out of scope")
    if let share = options.outOfScopeShare {
      lines.append("          weighted so that out of scope is \((share * 100).short) % in figures over all rows")
    }
    if !unknown.isEmpty {
      let count = unknown.reduce(0) { $0 + $1.rows }
      let names = unknown.prefix(3).map { TextColumn.printable($0.name) }.joined(separator: ", ")
      let more = unknown.count > 3 ? " and \(unknown.count - 3) more" : ""
      lines.append("          \(count) of intents unknown to the bundle, counted as out of scope: \(names)\(more)")
    }
    return lines
  }

  private var figureLines: [String] {
    var lines: [String] = []
    var section = ""
    for line in figures {
      if line.figure.section != section {
        section = line.figure.section
        let heading = TextColumn.padded(section, 38)
        lines.append("")
        lines.append(
          lines.count == 1 ? heading + TextColumn.right("value", 10) + TextColumn.right("95 % interval", 20) : heading)
      }
      lines.append(
        "  " + TextColumn.padded(line.figure.title(options), 36) + TextColumn.right(line.figure.words(line.value), 10)
          + TextColumn.right(line.interval.map(line.figure.words) ?? "", 20))
    }
    return lines
  }

  private var selectiveLines: [String] {
    selective.compactMap { line in
      guard let accuracy = line.accuracyAtCoverage else { return nil }
      let title = "accuracy at \((line.target * 100).short) % coverage"
      return "  " + TextColumn.padded(title, 36) + TextColumn.right("\((accuracy * 100).decimals(2)) %", 10)
    }
  }

  private var latencyLines: [String] {
    let steps = [("encoder pass", encode), ("classification", classify)].compactMap { name, figures in
      figures.map { (name, $0) }
    }
    guard !steps.isEmpty else { return [] }
    let heading = TextColumn.padded("time", 38) + ["median", "p95", "p99"].map { TextColumn.right($0, 10) }.joined()
    return ["", heading]
      + steps.map { name, figures in
        "  " + TextColumn.padded(name, 36)
          + [figures.median, figures.p95, figures.p99].map { TextColumn.right(TextColumn.duration($0), 10) }.joined()
      }
  }

  private func intentLines(width: Int, limit: Int) -> [String] {
    let rated = intents.filter { $0.f1 != nil }
      .sorted { ($0.f1 ?? 0, $0.name) < ($1.f1 ?? 0, $1.name) }
    guard !rated.isEmpty, limit > 0 else { return [] }
    let nameWidth = width - 42
    let title = rated.count > limit ? "weakest intents, \(limit) of \(rated.count)" : "intents, weakest first"
    let columns = [("rows", 9), ("precision", 11), ("recall", 11), ("F1", 11)]
    return ["", TextColumn.padded(title, nameWidth) + columns.map { TextColumn.right($0.0, $0.1) }.joined()]
      + rated.prefix(limit).map { line in
        "  " + TextColumn.padded(TextColumn.printable(line.name), nameWidth - 2)
          + TextColumn.right("\(line.support)", 9)
          + [line.precision, line.recall, line.f1].map { TextColumn.right($0?.percent ?? "-", 11) }.joined()
      }
  }

  private func confusionLines(width: Int, limit: Int) -> [String] {
    guard !confusions.isEmpty, limit > 0 else { return [] }
    let title =
      confusions.count > limit ? "worst confusions, \(limit) of \(confusions.count)" : "confusions, most frequent first"
    var lines = ["", title]
    for confusion in confusions.prefix(limit) {
      let pair = TextColumn.printable("\(confusion.expected) taken for \(confusion.predicted)")
      lines.append(
        "  " + TextColumn.right("\(confusion.count)", 4) + "  \(pair), \(confusion.share.percent) of its rows")
      let ids = TextColumn.printable(confusion.rows.map(\.id).joined(separator: ", "))
      lines.append("          " + TextColumn.padded(ids, width - 10))
    }
    return lines
  }
}

extension PairedComparison {
  /// The comparison as text of about 80 columns; `names` are those of the two bundles.
  package func table(names: (String, String), options: EvaluationOptions) -> String {
    let pair = "compared  \(TextColumn.printable(names.0)) against \(TextColumn.printable(names.1))"
    let titles = [("this", 7), ("other", 7), ("diff.", 7), ("95 % interval", 18), ("p", 7)]
    var lines = [
      "", TextColumn.width(pair) > 80 ? TextColumn.padded(pair, 80) : pair,
      TextColumn.padded("  same rows, \(options.resamples) resamples", 34)
        + titles.map { TextColumn.right($0.0, $0.1) }.joined(),
    ]
    for line in self.lines {
      guard let first = line.first, let second = line.second, let difference = line.difference else { continue }
      lines.append(
        "  " + TextColumn.padded(line.figure.title(options), 32)
          + [first, second, difference].map { TextColumn.right(line.figure.digits($0), 7) }.joined()
          + TextColumn.right(line.interval.map(line.figure.words) ?? "", 18)
          + TextColumn.right(line.pValue?.decimals(3) ?? "", 7))
    }
    lines.append("  right only here \(onlyFirstRight), only there \(onlySecondRight) (rows in scope)")
    return lines.map { $0 + "\n" }.joined()
  }
}
