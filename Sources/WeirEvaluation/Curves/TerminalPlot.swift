internal import WeirDomain

/// A plot for a terminal: curves in Braille dots with axes and labels, as wide as it is told.
struct TerminalPlot {
  struct Curve {
    let points: [EvaluationReport.CurvePoint]
    /// Every how many dots one is drawn; 1 for all.
    var sparseness = 1
  }

  let title: String
  let xTitle: String
  /// Largest values of the axes, which begin at 0; above 0.
  let xLimit: Double
  let yLimit: Double
  let curves: [Curve]
  /// A line under the plot that says which curve is which.
  let legend: String

  private static let margin = 8

  /// Lines of at most `width` columns, at least 40.
  func lines(width: Int, height: Int = 10) -> [String] {
    let columns = max(width, 40) - Self.margin - 2
    var canvas = BrailleCanvas(columns: columns, lines: height)
    for curve in curves {
      for (from, to) in zip(curve.points, curve.points.dropFirst()) {
        canvas.line(from: place(from), to: place(to), gap: curve.sparseness > 1 ? curve.sparseness : 0)
      }
      if curve.points.count == 1, let only = curve.points.first { canvas.dot(place(only).x, place(only).y) }
    }
    var lines = ["  " + title]
    for (index, row) in canvas.text.enumerated() {
      let share = 1 - Double(index) / Double(max(height - 1, 1))
      let isLabelled = index == 0 || index == height - 1 || index * 2 == height - height % 2
      let label = isLabelled ? "\((share * yLimit * 100).decimals(share * yLimit < 0.1 ? 1 : 0)) %" : ""
      lines.append(TextColumn.right(label, Self.margin) + (isLabelled ? "\u{2524}" : "\u{2502}") + row)
    }
    let rule = String(repeating: "\u{2500}", count: columns)
    lines.append(String(repeating: " ", count: Self.margin) + "\u{2514}" + rule)
    let (left, middle, right) = ("0", "\((xLimit * 50).short) %", "\((xLimit * 100).short) %")
    let half = columns / 2
    var scale = TextColumn.padded(left, max(half - middle.count / 2, 1)) + middle
    scale += TextColumn.right(right, max(columns - TextColumn.width(scale), 1))
    lines.append(String(repeating: " ", count: Self.margin + 1) + scale)
    for note in [xTitle, legend] where !note.isEmpty {
      let room = columns + 1
      lines.append(
        String(repeating: " ", count: Self.margin + 1)
          + (TextColumn.width(note) > room ? TextColumn.padded(note, room) : note))
    }
    return lines
  }

  private func place(_ point: EvaluationReport.CurvePoint) -> (x: Double, y: Double) {
    (point.x / xLimit, point.y / yLimit)
  }
}
