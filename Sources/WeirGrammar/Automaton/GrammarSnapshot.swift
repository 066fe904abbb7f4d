/// A configuration that does not depend on the tables it was met in.
struct GrammarSnapshot: Sendable {
  private struct Thread: Sendable {
    var place: Int32
    /// Index into `frames`.
    var stack: Int
  }

  /// Each after its parent, whose index here stands in place of its number; `end` and `base` have none.
  private var frames: [(frame: GrammarTables.Frame, parent: Int?)] = []
  private var threads: [Thread] = []
  private let canEnd: Bool

  init(_ config: GrammarTables.Config, in tables: GrammarTables) {
    canEnd = tables.canEnd(config)
    guard config >= 0 else { return }
    var known: [Int32: Int] = [:]
    for thread in tables.threads(of: config) {
      var open: [Int32] = []
      var stack = GrammarTables.stack(thread)
      while known[stack] == nil {
        open.append(stack)
        guard tables.frames[Int(stack)].parent >= 0 else { break }
        stack = tables.frames[Int(stack)].parent
      }
      for number in open.reversed() {
        let frame = tables.frames[Int(number)]
        known[number] = frames.count
        frames.append((frame, frame.parent < 0 ? nil : known[frame.parent]))
      }
      threads.append(
        Thread(place: Int32(GrammarTables.place(thread)), stack: known[GrammarTables.stack(thread)] ?? 0))
    }
  }

  func restored(in tables: inout GrammarTables) -> GrammarTables.Config {
    var numbers: [Int32] = []
    for (frame, parent) in frames {
      var frame = frame
      frame.parent = parent.map { numbers[$0] } ?? -1
      numbers.append(tables.push(frame))
    }
    let restored = threads.map { GrammarTables.thread($0.place, numbers[$0.stack]) }
    return tables.config(of: restored, canEnd: canEnd)
  }
}
