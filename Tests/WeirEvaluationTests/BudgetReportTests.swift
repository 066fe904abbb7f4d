import Testing
import WeirDomain
import WeirRisk
import WeirTestSupport

@testable import WeirEvaluation

@Suite struct BudgetReportTests {
  /// Judged examples that are wrong the more often the less confident they are.
  private func examples(_ count: Int, seed: UInt64) -> [JudgedExample] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { number in
      let place = Double.random(in: 0..<1, using: &random)
      let isRight = Double.random(in: 0..<1, using: &random) > 0.001 + 0.6 * place * place * place * place
      return JudgedExample(
        id: "r\(number)", expected: isRight ? 1 : nil, predicted: 1, confidence: 1 - place, outOfScope: place)
    }
  }

  private func options(splits: Int = 0) -> BudgetOptions {
    var options = BudgetOptions()
    options.splits = splits
    return options
  }

  @Test func `a threshold covers the rows at or above it, and a larger budget more of them`() throws {
    let examples = examples(3000, seed: 1)
    let report = BudgetReport(examples, options: options())
    #expect(report.lines.map(\.budget) == [0.01, 0.02, 0.05] && report.rows == 3000)
    for line in report.lines {
      for found in [line.next, line.longRun].compactMap({ $0 }) {
        let given = examples.filter { Double(Float($0.confidence)) >= found.threshold }
        #expect(given.count == found.accepted && given.count { !$0.isRight } == found.wrong)
        #expect(found.bound <= line.budget + 1e-9)
      }
    }
    let coverages = report.lines.map { $0.next?.coverage ?? 0 }
    #expect(coverages == coverages.sorted() && coverages[2] > 0.5)
    #expect(try #require(report.lines[2].next).coverage <= #require(report.lines[2].longRun).coverage)
  }

  @Test func `the curve rises in coverage with bounds around what was found`() {
    let report = BudgetReport(examples(2500, seed: 2), options: options())
    #expect(report.curve.count > 100 && report.curve.count <= 230 && report.curve.last?.coverage == 1)
    #expect(zip(report.curve, report.curve.dropFirst()).allSatisfy { $0.coverage < $1.coverage })
    #expect(report.curve.allSatisfy { $0.low <= $0.risk && $0.risk <= $0.high })
  }

  @Test func `splits are the same for a seed, and a promise is broken in about delta of them at most`() throws {
    let examples = examples(2000, seed: 3)
    let (first, second) = (
      BudgetReport(examples, options: options(splits: 200)), BudgetReport(examples, options: options(splits: 200))
    )
    #expect(first == second)
    for line in first.lines {
      let splits = try #require(line.splits)
      // Three standard deviations of 200 draws above 0.1.
      #expect(Double(splits.broken) / 200 <= 0.1 + 0.064)
      #expect(splits.coverageRange.lowerBound <= splits.coverage && splits.coverage <= splits.coverageRange.upperBound)
    }
    #expect(try #require(first.lines[2].splits).coverage > 0.4)
    #expect(try #require(first.lines[2].splits).risk < 0.05)
  }

  @Test func `one row, no row and rows that are all wrong have a report without thresholds`() {
    for examples in [[], Array(examples(1, seed: 4)), examples(50, seed: 5).map { wrong($0) }] {
      let report = BudgetReport(examples, options: options(splits: 3))
      #expect(report.lines.allSatisfy { $0.next == nil && $0.longRun == nil && $0.splits?.unproved == 3 })
      #expect(report.table(width: 80).contains("none proved"))
      var writer = JSONWriter()
      report.write(to: &writer)
      #expect((try? JSONReader.read(Array(writer.text.utf8))) != nil)
    }
  }

  private func wrong(_ example: JudgedExample) -> JudgedExample {
    JudgedExample(id: example.id, expected: nil, predicted: 1, confidence: example.confidence, outOfScope: 1)
  }

  @Test(arguments: [60, 80, 110])
  func `words and curves fit their width`(width: Int) async {
    let examples = examples(600, seed: 6)
    let budgets = BudgetReport(examples, options: options(splits: 5))
    let subject = EvaluationReport.Subject(name: "b", version: "1", encoder: "e", classifier: "c", intents: ["a", "b"])
    let report = await EvaluationReport.make(subject, examples).report
    for text in [budgets.table(width: width), report.curves(budgets, width: width)] {
      for line in text.split(separator: "\n") { #expect(TextColumn.width(String(line)) <= width, "\(line)") }
    }
    let drawings = report.drawings(budgets)
    #expect(drawings.map(\.name) == ["risk-coverage.svg", "reliability.svg"])
    for drawing in drawings {
      #expect(drawing.text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\"") && drawing.text.hasSuffix("</svg>\n"))
      #expect(!drawing.text.contains("nan") && !drawing.text.contains("var(--"))
      let (opened, closed) = (
        drawing.text.split(separator: "<text").count, drawing.text.split(separator: "</text>").count
      )
      #expect(opened == closed)
    }
  }
}

@Suite struct BrailleCanvasTests {
  @Test func `corners and lines fall on the dots that they should`() {
    var canvas = BrailleCanvas(columns: 2, lines: 2)
    canvas.dot(0, 0)
    canvas.dot(1, 1)
    canvas.dot(2, 0.5)
    canvas.dot(.nan, 0)
    #expect(canvas.text == ["\u{2800}\u{2808}", "\u{2840}\u{2800}"])
    canvas = BrailleCanvas(columns: 3, lines: 1)
    canvas.line(from: (0, 0), to: (1, 0))
    #expect(canvas.text == ["\u{28C0}\u{28C0}\u{28C0}"])
    canvas = BrailleCanvas(columns: 1, lines: 2)
    canvas.line(from: (0, 0), to: (0, 1))
    #expect(canvas.text == ["\u{2847}", "\u{2847}"])
  }
}
