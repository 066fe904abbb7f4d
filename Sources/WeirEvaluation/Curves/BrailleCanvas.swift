/// A drawing of dots in the cells of a terminal: each cell is one Braille character of two by four dots.
struct BrailleCanvas {
  let columns: Int
  let lines: Int
  private var cells: [UInt8]

  init(columns: Int, lines: Int) {
    precondition(columns > 0 && lines > 0, "a canvas has room")
    (self.columns, self.lines) = (columns, lines)
    cells = [UInt8](repeating: 0, count: columns * lines)
  }

  /// Sets the dot nearest to a place; x and y run from 0, bottom left, to 1. Places outside are left out.
  mutating func dot(_ x: Double, _ y: Double) {
    guard x >= 0, x <= 1, y >= 0, y <= 1 else { return }
    let column = Int((x * Double(columns * 2 - 1)).rounded())
    let row = lines * 4 - 1 - Int((y * Double(lines * 4 - 1)).rounded())
    // Dots 1-3 and 4-6 run down the two columns; 7 and 8 came later and lie below.
    let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    cells[row / 4 * columns + column / 2] |= bits[row % 4][column % 2]
  }

  /// A straight line; `gap` leaves out every so many dots, 0 for none.
  mutating func line(from: (x: Double, y: Double), to: (x: Double, y: Double), gap: Int = 0) {
    let steps = Int(
      max((to.x - from.x).magnitude * Double(columns * 2), (to.y - from.y).magnitude * Double(lines * 4)).rounded(.up))
    for step in 0...max(steps, 1) where gap == 0 || step % gap == 0 {
      let share = Double(step) / Double(max(steps, 1))
      dot(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y))
    }
  }

  /// One string a line, from the top.
  var text: [String] {
    (0..<lines).map { line in
      String(
        String.UnicodeScalarView(
          cells[(line * columns)..<((line + 1) * columns)].map { Unicode.Scalar(0x2800 + UInt32($0)) ?? " " }))
    }
  }
}
