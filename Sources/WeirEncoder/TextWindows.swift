/// How the tokens of a long text become inputs of the encoder: windows of the context's size, a quarter of each in the
/// next one as well, so that no sentence is only seen in halves.
struct TextWindows: Equatable {
  /// Each with [CLS] and [SEP]; one for a text that fits.
  let windows: [[Int32]]
  /// True where even the last window does not reach the text's end.
  let isTruncated: Bool

  /// - Parameters:
  ///   - identifiers: the text's tokens with [CLS] and [SEP], at least these two where it is longer than the context.
  ///   - context: the most tokens of a window, 2 or more.
  ///   - most: the most windows, 1 or more; what lies behind them is left out.
  init(_ identifiers: [Int32], context: Int, most: Int) {
    precondition(context >= 2 && most >= 1, "\(most) windows of \(context) tokens")
    guard identifiers.count > context, let first = identifiers.first, let last = identifiers.last else {
      (windows, isTruncated) = ([identifiers], false)
      return
    }
    let room = context - 2
    let step = Self.step(room: room)
    let end = identifiers.count - 1
    var windows: [[Int32]] = []
    var covered = 1
    while windows.isEmpty || (covered < end && windows.count < most && room > 0) {
      let start = 1 + windows.count * step
      covered = min(start + room, end)
      windows.append([first] + identifiers[start..<covered] + [last])
    }
    (self.windows, isTruncated) = (windows, covered < end)
  }

  /// The most tokens of a text that can matter: one more than the windows hold, which shows that something is left out.
  static func tokens(context: Int, most: Int) -> Int {
    context + (most - 1) * step(room: context - 2) + 1
  }

  private static func step(room: Int) -> Int { max(1, room - room / 4) }
}
