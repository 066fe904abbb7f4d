internal import WeirDomain
internal import WeirRisk

extension BudgetReport {
  /// The largest risk that a plot shows: enough for twice the largest budget, and not all of the curve.
  var riskLimit: Double {
    min(max(2 * (options.budgets.max() ?? 0.05), 0.02), max(curve.map(\.high).max() ?? 1, 0.01))
  }

  func curve(_ value: (Point) -> Double) -> [EvaluationReport.CurvePoint] {
    curve.map { EvaluationReport.CurvePoint(x: $0.coverage, y: value($0)) }
  }
}

extension EvaluationReport {
  /// The risk-coverage and the reliability curve for a terminal of `width` columns.
  package func curves(_ budget: BudgetReport, width: Int) -> String {
    let limit = budget.riskLimit
    let levels = budget.options.budgets.filter { $0 < limit }.map { level in
      TerminalPlot.Curve(points: [CurvePoint(x: 0, y: level), CurvePoint(x: 1, y: level)], sparseness: 6)
    }
    let risk = TerminalPlot(
      title: "wrong among the answered, against the share answered", xTitle: "answered, most confident first",
      xLimit: 1, yLimit: limit,
      curves: [
        TerminalPlot.Curve(points: budget.curve(\.risk)),
        TerminalPlot.Curve(points: budget.curve(\.high), sparseness: 2),
      ] + levels,
      legend: "solid: found; dotted: bound at \((100 * (1 - budget.options.delta)).short) %; level: the budgets")
    let reliability = TerminalPlot(
      title: "right, against stated confidence", xTitle: "confidence", xLimit: 1, yLimit: 1,
      curves: [
        TerminalPlot.Curve(points: bins.map { CurvePoint(x: $0.confidence, y: $0.accuracy) }),
        TerminalPlot.Curve(points: [CurvePoint(x: 0, y: 0), CurvePoint(x: 1, y: 1)], sparseness: 4),
      ], legend: "dotted: stated and found agree")
    return ([""] + risk.lines(width: width) + [""] + reliability.lines(width: width)).map { $0 + "\n" }.joined()
  }

  /// Both curves as SVG documents of their own, by file name.
  package func drawings(_ budget: BudgetReport) -> [(name: String, text: String)] {
    [("risk-coverage.svg", riskDrawing(budget)), ("reliability.svg", reliabilityFrame.document(reliabilityMarks))]
  }

  private func riskDrawing(_ budget: BudgetReport) -> String {
    let ticks = PlotFrame.ticks(to: budget.riskLimit) { ($0 * 100).short }
    let frame = PlotFrame(
      name: "risk", title: "Risk and coverage",
      description: "Share of wrong answers against the share of rows answered, with its exact bound; "
        + budget.lines.compactMap { line in
          line.next.map { "budget \(line.budget.percent): \($0.coverage.percent) answered" }
        }.joined(separator: ", "),
      xTitle: "answered, %", yTitle: "wrong among the answered, %", xLimit: 1,
      yLimit: ticks.last?.value ?? 1, xTicks: PlotFrame.shares, yTicks: ticks)
    // What leaves the frame at its top is not drawn along it.
    func inside(_ points: [CurvePoint]) -> [CurvePoint] {
      Array(points.drop { $0.y > frame.yLimit }.prefix { $0.y <= frame.yLimit })
    }
    var marks = frame.line(inside(budget.curve(\.risk)), class: "curve")
    marks += frame.line(inside(budget.curve(\.high)), class: "ideal")
    for line in budget.lines {
      marks += frame.line([CurvePoint(x: 0, y: line.budget), CurvePoint(x: 1, y: line.budget)], class: "grid")
      guard let found = line.next else { continue }
      marks += frame.mark(
        CurvePoint(x: found.coverage, y: found.wrongShare), "\(line.budget.percent): \(found.coverage.percent)")
    }
    return frame.document(marks)
  }
}
