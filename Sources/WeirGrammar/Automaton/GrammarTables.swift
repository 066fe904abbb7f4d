/// The part of a grammar's automaton that has been met so far.
///
/// A configuration is a set of threads: places that read a byte, each with its stack. Stacks share their lower frames,
/// equal stacks and equal configurations have equal numbers, and a step that was taken once is looked up afterwards: the
/// automaton is made deterministic as far as texts lead into it. Numbers hold for one value of this type only.
struct GrammarTables: Sendable {
  typealias Config = Int32

  struct Frame: Sendable, Hashable {
    enum Kind: UInt8, Sendable { case end, base, call, loop }
    var kind: Kind
    /// The place to return to, or the loop.
    var place: Int32 = 0
    /// Rounds that must and that may follow the one under way.
    var needed: Int32 = 0
    var left: Int32 = 0
    /// The stack below.
    var parent: Int32 = -1
  }

  /// Nothing can be read and nothing is complete.
  static let dead: Config = -1
  /// More threads than are followed.
  static let overflow: Config = -2
  private static let unknown: Config = -3
  static let maximumThreads = Grammar.mostReadings
  /// Places looked at for one step.
  private static let maximumVisits = 16 * maximumThreads
  /// Places looked at and, eight times, frames made for one mask.
  static let maximumWork = 1 << 21
  /// Words kept before `isFull`.
  private static let wordBudget = 1 << 20

  let program: GrammarProgram
  private(set) var frames: [Frame] = []
  private(set) var depths: [Int32] = []
  private var knownFrames: [Frame: Int32] = [:]
  private var threads: [UInt64] = []
  private var starts: [Int32] = [0]
  private var ends: [Bool] = []
  private var exits: [Bool] = []
  private var deepest: [Int32] = []
  private var steps: [Config] = []
  private var knownConfigs: [ConfigKey: Config] = [:]
  /// Work that new steps may still be; at zero they lead to `overflow`, and `isSpent` tells.
  var budget = Int.max
  // Scratch of one closure.
  private var pending: [UInt64] = []
  private var visited: Set<UInt64> = []
  private var found: [UInt64] = []

  private struct ConfigKey: Hashable {
    var threads: [UInt64]
    var canEnd: Bool
    var exits: Bool
  }

  /// The stack under the whole answer, and the one under a part of it whose surroundings are not known.
  static let end: Int32 = 0
  static let base: Int32 = 1

  init(program: GrammarProgram) {
    self.program = program
    _ = push(Frame(kind: .end), depth: 0)
    _ = push(Frame(kind: .base), depth: 0)
  }

  /// True where it is time to begin anew with the configurations that are still of use.
  var isFull: Bool { threads.count + frames.count * 4 + steps.count / 2 > Self.wordBudget }

  /// True where steps were refused because the work was too much.
  var isSpent: Bool { budget <= 0 }

  // MARK: Configurations

  mutating func start() -> Config { config(at: program.start, stack: Self.end) }

  func canEnd(_ config: Config) -> Bool { config >= 0 && ends[Int(config)] }
  /// True where the part above the base may be complete.
  func canExit(_ config: Config) -> Bool { config >= 0 && exits[Int(config)] }
  /// Most frames, above the base, that a thread had or would have needed on the last step into this configuration.
  func deepest(_ config: Config) -> Int32 { deepest[Int(config)] }

  func threads(of config: Config) -> ArraySlice<UInt64> {
    threads[Int(starts[Int(config)])..<Int(starts[Int(config) + 1])]
  }

  /// The configuration after a byte of this class.
  mutating func step(_ config: Config, byClass byteClass: UInt8) -> Config {
    let index = Int(config) * program.representatives.count + Int(byteClass)
    let known = steps[index]
    if known != Self.unknown { return known }
    guard budget > 0 else { return Self.overflow }
    let kept = frames.count
    let byte = program.representatives[Int(byteClass)]
    pending.removeAll(keepingCapacity: true)
    for thread in threads(of: config) {
      if case .bytes(let set, let next) = program.instructions[Self.place(thread)],
        program.sets[Int(set)].contains(byte)
      {
        pending.append(Self.thread(next, Self.stack(thread)))
      }
    }
    let result = close()
    steps[index] = result
    budget -= 1 + visited.count + 8 * (frames.count - kept)
    return result
  }

  mutating func step(_ config: Config, by byte: UInt8) -> Config {
    config < 0 ? config : step(config, byClass: program.classes[Int(byte)])
  }

  /// What can be read at a place with a stack.
  mutating func config(at place: Int32, stack: Int32) -> Config {
    pending = [Self.thread(place, stack)]
    return close()
  }

  /// The configuration of these threads, each at a place that reads a byte.
  mutating func config(of threads: [UInt64], canEnd: Bool = false) -> Config {
    found = threads
    return intern(canEnd, false, 0)
  }

  /// What follows where the rule that a call opened is complete; `stack` ends in that call.
  mutating func config(after stack: Int32) -> Config {
    let frame = frames[Int(stack)]
    guard frame.kind == .call else { return Self.dead }
    return config(at: frame.place, stack: frame.parent)
  }

  /// The only byte that can be read; nil where there are none or several.
  mutating func onlyByte(after config: Config) -> UInt8? {
    guard config >= 0 else { return nil }
    var only: UInt8?
    for byte in UInt8.min...UInt8.max {
      let next = step(config, by: byte)
      // What was not looked at may be a choice.
      if next == Self.overflow { return nil }
      if isDead(next) { continue }
      if only != nil { return nil }
      only = byte
    }
    return only
  }

  // MARK: Threads

  static func thread(_ place: Int32, _ stack: Int32) -> UInt64 { UInt64(place) << 32 | UInt64(stack) }
  static func place(_ thread: UInt64) -> Int { Int(thread >> 32) }
  static func stack(_ thread: UInt64) -> Int32 { Int32(truncatingIfNeeded: thread) }

  mutating func push(_ frame: Frame, depth: Int32? = nil) -> Int32 {
    if let known = knownFrames[frame] { return known }
    let number = Int32(frames.count)
    frames.append(frame)
    depths.append(depth ?? depths[Int(frame.parent)] + 1)
    knownFrames[frame] = number
    return number
  }

  /// Follows everything in `pending` that reads no byte.
  private mutating func close() -> Config {
    visited.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
    var canEnd = false
    var exits = false
    var deepest: Int32 = 0
    while let thread = pending.popLast() {
      guard visited.insert(thread).inserted else { continue }
      guard visited.count <= Self.maximumVisits, found.count <= Self.maximumThreads else { return Self.overflow }
      let place = Self.place(thread)
      let stack = Self.stack(thread)
      let depth = depths[Int(stack)] + program.need[place]
      deepest = max(deepest, depth)
      // What cannot be completed within the depth is not begun.
      guard depth <= Int32(program.maximumDepth) else { continue }
      switch program.instructions[place] {
      case .bytes: found.append(thread)
      case .split(let first, let count):
        for target in program.targets[Int(first)..<Int(first + count)] { pending.append(Self.thread(target, stack)) }
      case .call(let rule, let next):
        let entry = program.entries[Int(rule)]
        let inner = program.isTail(next) ? stack : push(Frame(kind: .call, place: next, parent: stack))
        pending.append(Self.thread(entry, inner))
      case .leave:
        let frame = frames[Int(stack)]
        switch frame.kind {
        case .end: canEnd = true
        case .base: exits = true
        case .call: pending.append(Self.thread(frame.place, frame.parent))
        case .loop: preconditionFailure("a rule ends after its repetitions")
        }
      case .enter(let number):
        let loop = program.loops[Int(number)]
        let left = loop.most == .max ? .max : loop.most - 1
        let frame = Frame(kind: .loop, place: number, needed: max(loop.least - 1, 0), left: left, parent: stack)
        pending.append(Self.thread(loop.body, push(frame)))
      case .again(let number):
        var frame = frames[Int(stack)]
        let loop = program.loops[Int(number)]
        if frame.needed == 0 { pending.append(Self.thread(loop.exit, frame.parent)) }
        guard frame.left > 0 else { continue }
        frame.needed = max(frame.needed - 1, 0)
        if frame.left != .max { frame.left -= 1 }
        pending.append(Self.thread(loop.body, push(frame)))
      }
    }
    return intern(canEnd, exits, deepest)
  }

  private mutating func intern(_ canEnd: Bool, _ exits: Bool, _ deepest: Int32) -> Config {
    // What died of the depth alone is kept, to be told from what the grammar refuses.
    if found.isEmpty, !canEnd, !exits, deepest <= Int32(program.maximumDepth) { return Self.dead }
    guard found.count <= Self.maximumThreads else { return Self.overflow }
    found.sort()
    let key = ConfigKey(threads: found, canEnd: canEnd, exits: exits)
    if let known = knownConfigs[key] {
      self.deepest[Int(known)] = max(self.deepest[Int(known)], deepest)
      return known
    }
    let number = Config(ends.count)
    knownConfigs[key] = number
    threads += found
    starts.append(Int32(threads.count))
    ends.append(canEnd)
    self.exits.append(exits)
    self.deepest.append(deepest)
    steps += repeatElement(Self.unknown, count: program.representatives.count)
    return number
  }

  /// True where nothing can be read and nothing is complete.
  func isDead(_ config: Config) -> Bool {
    config < 0 || starts[Int(config)] == starts[Int(config) + 1] && !ends[Int(config)] && !exits[Int(config)]
  }
}
