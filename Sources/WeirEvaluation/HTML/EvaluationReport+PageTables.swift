internal import WeirDomain

/// The tables of the page.
extension EvaluationReport {
  var figureTable: HTML {
    var rows: HTML = ""
    var section = ""
    for line in figures {
      if line.figure.section != section {
        section = line.figure.section
        rows += "<tr class=\"section\"><th colspan=\"3\" scope=\"colgroup\">\(section)</th></tr>\n"
      }
      rows += """
        <tr><th scope="row">\(line.figure.title(options))</th><td class="n">\(line.figure.words(line.value))</td>\
        <td class="n">\(line.interval.map(line.figure.words) ?? "")</td></tr>

        """
    }
    for line in selective {
      guard let accuracy = line.accuracyAtCoverage else { continue }
      rows += """
        <tr><th scope="row">accuracy at \((line.target * 100).short) % coverage</th>\
        <td class="n">\((accuracy * 100).decimals(2)) %</td><td></td></tr>

        """
    }
    return """
      <div class="wide"><table><thead><tr><th scope="col">figure</th><th scope="col" class="n">value</th>\
      <th scope="col" class="n">95 % interval</th></tr></thead><tbody>
      \(rows)</tbody></table></div>

      """
  }

  var timeTable: HTML {
    let steps = [("encoder pass", encode), ("classification", classify)]
    let rows = steps.compactMap { name, figures -> HTML? in
      guard let figures else { return nil }
      let cells = [figures.median, figures.p95, figures.p99].map { time -> HTML in
        "<td class=\"n\">\(TextColumn.duration(time))</td>"
      }
      return "<tr><th scope=\"row\">\(name)</th>\(HTML(joining: cells))</tr>\n"
    }
    guard !rows.isEmpty else { return "" }
    return """
      <div class="wide"><table><thead><tr><th scope="col">time of one text</th><th scope="col" class="n">median</th>\
      <th scope="col" class="n">p95</th><th scope="col" class="n">p99</th></tr></thead><tbody>
      \(HTML(joining: rows))</tbody></table></div>

      """
  }

  var confusionTable: HTML {
    guard !confusions.isEmpty else { return "<p>None.</p>" }
    let shown = confusions.prefix(60)
    let rows = shown.map { confusion -> HTML in
      let examples = confusion.rows.map { row -> HTML in
        let text = row.text.map { text -> HTML in " <q>\(text)</q>" } ?? ""
        return "<li>\(row.id), \(row.confidence.percent)\(text)</li>"
      }
      return """
        <tr><th scope="row">\(confusion.expected)</th><td>\(confusion.predicted)</td><td class="n">\(confusion.count)</td>\
        <td class="n">\(confusion.share.percent)</td><td class="ids"><ul class="rows">\(HTML(joining: examples))</ul></td></tr>

        """
    }
    let note = confusions.count > shown.count ? "The \(shown.count) most frequent of \(confusions.count)." : ""
    return """
      <div class="wide"><table><caption>\(note) With the most confident examples and their confidence.</caption>
      <thead><tr><th scope="col">expected</th><th scope="col">named</th><th scope="col" class="n">rows</th>\
      <th scope="col" class="n">of expected</th><th scope="col">examples</th></tr></thead><tbody>
      \(HTML(joining: rows))</tbody></table></div>

      """
  }

  var intentTable: HTML {
    let rated = intents.filter { $0.support > 0 || $0.precision != nil }
      .sorted { ($0.f1 ?? 0, $0.name) < ($1.f1 ?? 0, $1.name) }
    func cell(_ value: Double?) -> HTML {
      "<td class=\"n\" data-value=\"\(String(value ?? -1))\">\(value?.percent ?? "-")</td>"
    }
    let rows = rated.map { line -> HTML in
      let width = (line.f1 ?? 0) * 100
      return """
        <tr><th scope="row">\(line.name)</th><td class="n">\(line.support)</td>\(cell(line.precision))\(cell(line.recall))\
        <td class="n" data-value="\(String(line.f1 ?? -1))">\(line.f1?.percent ?? "-")<span class="bar" aria-hidden="true">\
        <i style="width:\(width)%"></i></span></td></tr>

        """
    }
    let heads = [("intent", ""), ("rows", "n"), ("precision", "n"), ("recall", "n"), ("F1", "n")].map {
      name, kind -> HTML in
      "<th scope=\"col\" class=\"\(kind)\"><button type=\"button\">\(name)</button></th>"
    }
    return """
      <div class="wide"><table class="sortable"><caption>In-scope rows, without the gate. A heading sorts.</caption>
      <thead><tr>\(HTML(joining: heads))</tr></thead><tbody>
      \(HTML(joining: rows))</tbody></table></div>

      """
  }

  func comparisonTable(_ comparison: PairedComparison, _ other: Subject) -> HTML {
    let rows = comparison.lines.compactMap { line -> HTML? in
      guard let first = line.first, let second = line.second, let difference = line.difference else { return nil }
      return """
        <tr><th scope="row">\(line.figure.title(options))</th><td class="n">\(line.figure.words(first))</td>\
        <td class="n">\(line.figure.words(second))</td><td class="n">\(line.figure.digits(difference))</td>\
        <td class="n">\(line.interval.map(line.figure.words) ?? "")</td><td class="n">\(line.pValue?.decimals(3) ?? "")</td></tr>

        """
    }
    return """
      <h2>Against \(other.name) <span class="soft">\(other.version)</span></h2>
      <div class="wide"><table><caption>Same examples; paired bootstrap of \(options.resamples) resamples. Named right only \
      here: \(comparison.onlyFirstRight), only there: \(comparison.onlySecondRight).</caption>
      <thead><tr><th scope="col">figure</th><th scope="col" class="n">this</th><th scope="col" class="n">other</th>\
      <th scope="col" class="n">difference</th><th scope="col" class="n">95 % interval</th><th scope="col" class="n">p</th></tr>\
      </thead><tbody>
      \(HTML(joining: rows))</tbody></table></div>

      """
  }

  var definitions: HTML {
    let weighting: HTML =
      options.outOfScopeShare.map { share in
        "Figures over all rows weigh the out-of-scope rows so that they are \(share.percent) of the whole. "
      } ?? ""
    return """
      <dl><dt>Accuracy and F1</dt><dd>Over in-scope rows, with the most probable intent and without the gate. Macro-F1 is \
      the mean over the intents that occur.</dd>
      <dt>Out of scope</dt><dd>The gate's score ranks rows; the threshold is set on these very rows, so that at most \
      \((options.rejection * 100).short) % of the in-scope rows are rejected.</dd>
      <dt>Calibration and selective answers</dt><dd>Over all rows: an answer is right when the intent is the expected one, and \
      never for an out-of-scope row. \(weighting)Rows of equal confidence are never split.</dd>
      <dt>Intervals</dt><dd>95 %: Wilson's for accuracy, else percentiles of \(options.resamples) bootstrap resamples.</dd>\
      </dl>

      """
  }
}
