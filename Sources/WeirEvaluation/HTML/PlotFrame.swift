internal import WeirDomain

/// The axes of one inline SVG plot and where values lie in it; colours come from the page's style sheet by class.
struct PlotFrame {
  static let width = 460.0
  static let height = 330.0
  private static let left = 52.0
  private static let right = 14.0
  private static let top = 12.0
  private static let bottom = 46.0

  /// A name for the elements' ids, different for each plot of a page.
  let name: String
  let title: String
  /// The plot in a sentence, for those who do not see it.
  let description: String
  let xTitle: String
  let yTitle: String
  /// Largest values of the axes, which begin at 0; above 0.
  let xLimit: Double
  let yLimit: Double
  let xTicks: [(value: Double, label: String)]
  let yTicks: [(value: Double, label: String)]

  func x(_ value: Double) -> Double {
    Self.left + min(max(value / xLimit, 0), 1) * (Self.width - Self.left - Self.right)
  }

  func y(_ value: Double) -> Double {
    Self.height - Self.bottom - min(max(value / yLimit, 0), 1) * (Self.height - Self.top - Self.bottom)
  }

  /// The figure with its axes around `marks`.
  func figure(_ marks: HTML, caption: HTML) -> HTML {
    """
    <figure><h3 id="\(name)-title">\(title)</h3>
    <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-labelledby="\(name)-title \(name)-text">\
    <desc id="\(name)-text">\(description)</desc>\(drawing(marks))</svg>
    <figcaption>\(caption)</figcaption></figure>

    """
  }

  /// An SVG document of its own, with the page's style inside.
  func document(_ marks: HTML) -> String {
    let document: HTML = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.width)" height="\(Self.height)" \
      viewBox="0 0 \(Self.width) \(Self.height)" role="img">
      <title>\(title)</title><desc>\(description)</desc>
      <style>\(PageStyle.drawing)</style>
      <rect width="100%" height="100%" fill="#fdfdfb"/>
      \(drawing(marks))
      </svg>

      """
    return document.text
  }

  private func drawing(_ marks: HTML) -> HTML {
    let (zeroX, zeroY) = (x(0), y(0))
    var axes: HTML = ""
    for tick in xTicks {
      axes += """
        <line class="grid" x1="\(x(tick.value))" y1="\(y(yLimit))" x2="\(x(tick.value))" y2="\(zeroY)"/>\
        <text class="tick" x="\(x(tick.value))" y="\(zeroY + 16)" text-anchor="middle">\(tick.label)</text>
        """
    }
    for tick in yTicks {
      axes += """
        <line class="grid" x1="\(zeroX)" y1="\(y(tick.value))" x2="\(x(xLimit))" y2="\(y(tick.value))"/>\
        <text class="tick" x="\(zeroX - 7)" y="\(y(tick.value) + 4)" text-anchor="end">\(tick.label)</text>
        """
    }
    let (middleX, middleY) = ((zeroX + x(xLimit)) / 2, (zeroY + y(yLimit)) / 2)
    return """
      \(axes)<path class="axis" d="M\(zeroX) \(y(yLimit))V\(zeroY)H\(x(xLimit))"/>\(marks)\
      <text class="axis-title" x="\(middleX)" y="\(Self.height - 8)" text-anchor="middle">\(xTitle)</text>\
      <text class="axis-title" transform="translate(13 \(middleY)) rotate(-90)" text-anchor="middle">\(yTitle)</text>
      """
  }

  /// A line through the points.
  func line(_ points: [EvaluationReport.CurvePoint], class name: String) -> HTML {
    guard let first = points.first else { return "" }
    var path: HTML = "M\(x(first.x)) \(y(first.y))"
    for point in points.dropFirst() { path += "L\(x(point.x)) \(y(point.y))" }
    return "<path class=\"\(name)\" d=\"\(path)\"/>"
  }

  /// A marked point with its label beside it, on the side where there is room.
  func mark(_ at: EvaluationReport.CurvePoint, _ label: String) -> HTML {
    let (px, py) = (x(at.x), y(at.y))
    let isRight = px > Self.width * 0.62
    return """
      <circle class="mark" cx="\(px)" cy="\(py)" r="4"/>\
      <text class="label" x="\(isRight ? px - 8 : px + 8)" y="\(py + (py > Self.height * 0.7 ? -8 : 14))" \
      text-anchor="\(isRight ? "end" : "start")">\(label)</text>
      """
  }

  /// Ticks at 0, 20, ... 100 %.
  static let shares: [(value: Double, label: String)] = (0...5).map { (Double($0) / 5, "\($0 * 20)") }

  /// Four to eight round ticks from 0 to at least `most`, with the last one as the axis's limit.
  static func ticks(to most: Double, label: (Double) -> String) -> [(value: Double, label: String)] {
    let most = max(most, 1e-9)
    var step = 1e-9
    while most / (step * 10) >= 1 { step *= 10 }
    for factor in [1.0, 2, 5, 10] where most / (step * factor) <= 6 {
      step *= factor
      break
    }
    let count = Int((most / step - 1e-9).rounded(.up))
    return (0...max(count, 1)).map { (Double($0) * step, label(Double($0) * step)) }
  }
}
