import Foundation
import Testing
import WeirDomain

@testable import WeirEvaluation

@Suite struct EvaluationReportTests {
  private let names = ["refund", "track_order", "<b>bold</b>", "a & b", "quote\"'\u{1B}[31m\u{202E}"]

  private func subject(_ name: String = "mine") -> EvaluationReport.Subject {
    EvaluationReport.Subject(name: name, version: "1", encoder: "e", classifier: "c", intents: names)
  }

  private func options(_ change: (inout EvaluationOptions) -> Void = { _ in }) -> EvaluationOptions {
    var options = EvaluationOptions()
    options.resamples = 100
    change(&options)
    return options
  }

  private func report(
    _ examples: [JudgedExample], _ change: (inout EvaluationOptions) -> Void = { _ in }
  ) async -> EvaluationReport {
    await EvaluationReport.make(subject(), examples, options: options(change)).report
  }

  @Test func `confusions are counted with their most confident rows`() async throws {
    let rows = [
      JudgedExample(id: "a", expected: 0, predicted: 1, confidence: 0.2, outOfScope: 0),
      JudgedExample(id: "b", expected: 0, predicted: 1, confidence: 0.9, outOfScope: 0),
      JudgedExample(id: "c", expected: 0, predicted: 0, confidence: 0.9, outOfScope: 0),
      JudgedExample(id: "d", expected: nil, predicted: 2, confidence: 0.4, outOfScope: 0),
      JudgedExample(id: "e", expected: nil, predicted: 2, confidence: 0.4, outOfScope: 1),
    ]
    let report = await report(rows) { $0.idsOfConfusion = 1 }
    #expect(report.confusions.map(\.count) == [2, 1])
    let first = try #require(report.confusions.first)
    #expect(first.expected == "refund" && first.predicted == "track_order" && first.rows.map(\.id) == ["b"])
    #expect((first.share - 2.0 / 3).magnitude < 1e-12)
    #expect(report.confusions[1].expected == LabelledExample.outOfScope && report.confusions[1].rows.map(\.id) == ["d"])
    #expect(report.gate?.threshold == 1 && report.gate?.recall == 0.5)
    #expect(report.histogram.reduce(0) { $0 + $1.total } == 5)
  }

  @Test(arguments: [60, 80, 100])
  func `the table fits its width and holds no control characters`(width: Int) async {
    let report = await report(RandomJudgements().make(300, seed: 2))
    let table = report.table(width: width)
    #expect(table.split(separator: "\n").allSatisfy { TextColumn.width(String($0)) <= width })
    #expect(!table.contains("\u{1B}") && !table.contains("\u{202E}"))
    for figure in Figure.allCases { #expect(table.contains(figure.title(report.options))) }
  }

  @Test func `the table of a comparison fits 80 columns`() async {
    let one = RandomJudgements().make(300, seed: 2)
    let (report, comparison) = await EvaluationReport.make(
      subject(), one, options: options(), comparedWith: (subject("other"), one))
    let table = comparison?.table(names: ("mine 1", "other 1"), options: report.options) ?? ""
    #expect(table.contains("recall") && table.split(separator: "\n").allSatisfy { TextColumn.width(String($0)) <= 80 })
  }

  @Test func `the JSON reads back with its figures`() async throws {
    let report = await report(RandomJudgements().make(300, seed: 4))
    var writer = JSONWriter()
    report.write(to: &writer)
    let value = try JSONReader.read(Array(writer.text.utf8))
    for line in report.figures {
      #expect(value["figures"]?[line.figure.rawValue]?["value"]?.number == line.value)
      #expect(value["figures"]?[line.figure.rawValue]?["interval_95"]?[0]?.number == line.interval?.low)
    }
    #expect(value["intents"]?.array?.count == 5 && value["examples"]?.count == 300)
    #expect(value["confusions"]?.array?.count == report.confusions.count)
    #expect(!writer.text.contains("\"text\""))
  }

  // MARK: The page

  private func page(_ report: EvaluationReport) -> String {
    report.page(.init(date: "2026-01-31", files: ["<rows>.csv"]))
  }

  @Test func `words from outside are escaped and nothing is loaded`() async {
    let page = page(await report(RandomJudgements().make(300, seed: 2)))
    #expect(!page.contains("<b>bold") && page.contains("&lt;b&gt;bold&lt;/b&gt;"))
    #expect(page.contains("a &amp; b") && page.contains("quote&quot;&#39;") && page.contains("&lt;rows&gt;.csv"))
    #expect(!page.contains("\u{1B}") && !page.contains("\u{202E}"))
    for word in ["http:", "https:", "src=", "href=", "@import", "url("] { #expect(!page.contains(word), "\(word)") }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func `the page is well-formed`() async throws {
    let hostile = RandomJudgements().make(200, seed: 8).map { row in
      JudgedExample(
        id: row.id + "</td><script>", text: "</q></style><img onerror=x>&\u{0}", expected: row.expected,
        predicted: row.predicted, confidence: row.confidence, outOfScope: row.outOfScope)
    }
    for examples in [hostile, hostile.filter { $0.expected != nil }, hostile.filter { $0.expected == nil }, []] {
      let page = page(await report(examples))
      #expect(try openElements(page).isEmpty)
      #expect(page.components(separatedBy: "<script").count == 2 && !page.contains("<img"))
    }
  }

  /// Elements left open, by matching every tag of the page; throws at one that closes another than the last opened.
  private func openElements(_ page: String) throws -> [Substring] {
    struct Mismatch: Error { let found: Substring, open: Substring? }
    let single: Set<Substring> = ["meta", "br", "!doctype"]
    var open: [Substring] = []
    for match in page.matches(of: /<(\/?)([!a-z0-9]+)((?:[^>"]|"[^"]*")*?)(\/?)>/) {
      let name = match.2
      if open.last == "script" && name != "script" { continue }
      if single.contains(name) || !match.4.isEmpty { continue }
      if match.1.isEmpty {
        open.append(name)
      } else if open.popLast() != name {
        throw Mismatch(found: name, open: open.last)
      }
    }
    return open
  }

  @Test func `texts are in the page only where the rows carry them`() async {
    let rows = RandomJudgements().make(100, seed: 6)
    let marked = rows.map { row in
      JudgedExample(
        id: row.id, text: "my secret words", expected: row.expected, predicted: row.predicted,
        confidence: row.confidence, outOfScope: row.outOfScope)
    }
    let (plain, shown) = (await report(rows), await report(marked))
    #expect(!page(plain).contains("secret") && page(shown).contains("my secret words"))
  }

  @Test func `ticks are round and reach the largest value`() {
    for most in [0.0, 0.013, 0.25, 1, 7, 99, 100, 12_345] {
      let ticks = PlotFrame.ticks(to: most) { $0.short }
      #expect((2...12).contains(ticks.count) && (ticks.last?.value ?? 0) >= most * 0.999_999)
    }
  }

  @Test func `a curve is thinned to its shape`() {
    let curve = (0...100_000).map { EvaluationReport.CurvePoint(x: Double($0) / 100_000, y: Double($0) / 100_000) }
    let thin = EvaluationReport.thinned(curve)
    #expect(thin.count < 500 && thin.first == curve.first && thin.last == curve.last)
  }
}
