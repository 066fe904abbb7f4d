internal import WeirDomain

extension EvaluationReport {
  /// What the page says about its making.
  package struct Occasion: Sendable {
    /// When, as people write it.
    package var date: String
    /// The files that the examples came from.
    package var files: [String]

    package init(date: String, files: [String]) {
      self.date = date
      self.files = files
    }
  }

  /// The report as one HTML page that loads nothing: style and script are inside, plots are inline SVG.
  ///
  /// `other` is the bundle of the comparison. All words from outside are escaped; texts of examples are in it only where
  /// the judged examples carry them.
  package func page(_ occasion: Occasion, comparison: (PairedComparison, other: Subject)? = nil) -> String {
    let files = occasion.files.map { file -> HTML in "\(file)" }
    var body: HTML = """
      <header><h1>\(subject.name) <span class="soft">\(subject.version)</span></h1>
      <p class="soft">Evaluated \(occasion.date) on \(rows) examples of \(HTML(joining: separated(files))): \
      \(inScope) in scope, \(outOfScope) out of scope; the bundle knows \(subject.intents.count) intents.</p></header>
      <main>
      """
    body += unknownNote + cards
    if let (comparison, other) = comparison { body += comparisonTable(comparison, other) }
    body += """
      <h2>Plots</h2><div class="plots">\(reliabilityPlot)\(riskPlot)\(gatePlot)\(histogramPlot)</div>
      <h2>Figures</h2>\(figureTable)\(timeTable)
      <h2>Confusions</h2>\(confusionTable)
      <h2>Intents</h2>\(intentTable)
      <h2>How to read this</h2>\(definitions)</main>
      <footer><p>Encoder \(subject.encoder)<br>Classifier \(subject.classifier)</p></footer>
      """
    let page: HTML = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <meta http-equiv="Content-Security-Policy" \
      content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <meta name="referrer" content="no-referrer"><title>Evaluation of \(subject.name) \(subject.version)</title>
      <style>\(PageStyle.sheet)</style></head><body>
      \(body)
      <script>\(PageStyle.script)</script></body></html>

      """
    return page.text
  }

  private func separated(_ parts: [HTML]) -> [HTML] {
    parts.enumerated().map { $0 == 0 ? $1 : ", " + $1 }
  }

  private var unknownNote: HTML {
    guard !unknown.isEmpty else { return "" }
    let names = unknown.map { intent -> HTML in "\(intent.name) (\(intent.rows))" }
    return """
      <p><strong>\(unknown.reduce(0) { $0 + $1.rows }) examples</strong> are of intents that the bundle does not know and \
      count as out of scope: \(HTML(joining: separated(names))).</p>
      """
  }

  private var cards: HTML {
    let chosen: [Figure] = [.accuracy, .outOfScopeRecall, .calibrationError, .coverageAt98]
    let cards = chosen.compactMap { figure -> HTML? in
      guard let line = line(figure) else { return nil }
      let interval = line.interval.map { "\(figure.words($0)) (95 %)" } ?? ""
      let heading = figure == .outOfScopeRecall ? "out-of-scope " : ""
      return """
        <div class="card"><span>\(heading + figure.title(options))</span><b>\(figure.words(line.value))</b>\
        <span class="soft">\(interval)</span></div>
        """
    }
    return "<div class=\"cards\">\(HTML(joining: cards))</div>\n"
  }
}
