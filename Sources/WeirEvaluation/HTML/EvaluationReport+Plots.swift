internal import WeirDomain

/// The plots of the page, each a pure function of the report.
extension EvaluationReport {
  var reliabilityPlot: HTML {
    reliabilityFrame.figure(
      reliabilityMarks,
      caption: "Each circle is a bin of rows, its area their number. On the dashed line stated and true rates agree.")
  }

  var reliabilityFrame: PlotFrame {
    PlotFrame(
      name: "reliability", title: "Reliability",
      description: "Accuracy against mean confidence in \(bins.count) bins of equal width; "
        + bins.map { "\($0.accuracy.percent) right at \($0.confidence.percent)" }.joined(separator: ", "),
      xTitle: "confidence, %", yTitle: "right, %", xLimit: 1, yLimit: 1, xTicks: PlotFrame.shares,
      yTicks: PlotFrame.shares)
  }

  var reliabilityMarks: HTML {
    let frame = reliabilityFrame
    var marks = frame.line([CurvePoint(x: 0, y: 0), CurvePoint(x: 1, y: 1)], class: "ideal")
    let most = bins.map(\.share).max() ?? 1
    for bin in bins {
      let (x, y) = (frame.x(bin.confidence), frame.y(bin.accuracy))
      let radius = 3 + 11 * (bin.share / most).squareRoot()
      marks += """
        <line class="gap" x1="\(x)" y1="\(frame.y(bin.confidence))" x2="\(x)" y2="\(y)"/>\
        <circle class="bubble" cx="\(x)" cy="\(y)" r="\(radius)"><title>\(bin.share.percent) of the rows: \
        confidence \(bin.confidence.percent), right \(bin.accuracy.percent)</title></circle>
        """
    }
    return marks
  }

  var riskPlot: HTML {
    let most = max(riskCurve.map(\.y).max() ?? 0, 0.01)
    let ticks = PlotFrame.ticks(to: most) { ($0 * 100).short }
    let frame = PlotFrame(
      name: "risk", title: "Risk and coverage",
      description: "Share of wrong answers against the share of rows answered, most confident first. "
        + selective.compactMap { line in
          line.coverage.map { "\($0.percent) covered at \(line.target.percent) accuracy" }
        }.joined(separator: ", "),
      xTitle: "covered, %", yTitle: "wrong among the covered, %", xLimit: 1, yLimit: ticks.last?.value ?? 1,
      xTicks: PlotFrame.shares, yTicks: ticks)
    var marks = frame.line(riskCurve, class: "curve")
    var reached = 0.0
    for line in selective {
      guard let coverage = line.coverage else { continue }
      reached += 1
      marks += """
        <circle class="mark" cx="\(frame.x(coverage))" cy="\(frame.y(1 - line.target))" r="4"/>\
        <text class="label" x="\(frame.x(0.03))" y="\(frame.y(frame.yLimit) + 18 * reached)">\((line.target * 100).short) % \
        right: \(coverage.percent) covered</text>
        """
    }
    return frame.figure(
      marks,
      caption: "Rows are covered from the most confident on; an out-of-scope row that is covered counts as wrong.")
  }

  var gatePlot: HTML {
    guard let gate else { return "" }
    let frame = PlotFrame(
      name: "gate", title: "Out-of-scope gate (ROC)",
      description: "Out-of-scope rows rejected against in-scope rows rejected; \(gate.recall.percent) at "
        + "\(gate.rejectedInScope.percent).",
      xTitle: "in scope rejected, %", yTitle: "out of scope rejected, %", xLimit: 1, yLimit: 1,
      xTicks: PlotFrame.shares, yTicks: PlotFrame.shares)
    let marks =
      frame.line([CurvePoint(x: 0, y: 0), CurvePoint(x: 1, y: 1)], class: "ideal")
      + frame.line(gate.curve, class: "curve")
      + frame.mark(
        CurvePoint(x: gate.rejectedInScope, y: gate.recall), "\(gate.recall.percent) at \(gate.rejectedInScope.percent)"
      )
    return frame.figure(
      marks,
      caption: "The point marks the stated rejection: rows with a score of \(gate.threshold.decimals(4)) or more.")
  }

  var histogramPlot: HTML {
    let ticks = PlotFrame.ticks(to: Double(histogram.map(\.total).max() ?? 0)) { $0.short }
    let right = histogram.reduce(0) { $0 + $1.right }
    let wrong = histogram.reduce(0) { $0 + $1.wrong }
    let frame = PlotFrame(
      name: "histogram", title: "Confidence",
      description: "Rows by confidence in twenty bins: \(right) right, \(wrong) wrong, \(outOfScope) out of scope.",
      xTitle: "confidence, %", yTitle: "rows", xLimit: 1, yLimit: ticks.last?.value ?? 1, xTicks: PlotFrame.shares,
      yTicks: ticks)
    var marks: HTML = ""
    for (index, bin) in histogram.enumerated() {
      var base = 0
      let left = frame.x(Double(index) / 20) + 1
      let width = frame.x(Double(index + 1) / 20) - left - 1
      for (count, name, words) in [
        (bin.right, "right", "right"), (bin.wrong, "wrong", "wrong"), (bin.outOfScope, "outside", "out of scope"),
      ] where count > 0 {
        let (low, high) = (frame.y(Double(base)), frame.y(Double(base + count)))
        marks += """
          <rect class="\(name)" x="\(left)" y="\(high)" width="\(width)" height="\(low - high)">\
          <title>\(index * 5) to \(index * 5 + 5) %: \(count) \(words)</title></rect>
          """
        base += count
      }
    }
    return frame.figure(
      marks,
      caption: """
        <span class="key right"></span>right <span class="key wrong"></span>wrong intent \
        <span class="key outside"></span>out of scope, where any confident answer is wrong
        """)
  }
}
