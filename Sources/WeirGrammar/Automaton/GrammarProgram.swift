/// A grammar as a pushdown automaton over bytes.
///
/// Places are indices of instructions. A frame of the stack is a place to return to, or a count of repetitions. Equal
/// instructions with equal continuations are stored once, so alternatives share their ends.
struct GrammarProgram: Sendable {
  enum Instruction: Sendable, Hashable {
    /// Reads one byte of the set.
    case bytes(set: Int32, next: Int32)
    /// Goes on at each of `count` places that `targets` lists from `first` on.
    case split(first: Int32, count: Int32)
    /// Reads the rule, then goes on at `next`; without a frame where nothing but the end of this rule is left.
    case call(rule: Int32, next: Int32)
    /// The end of a rule.
    case leave
    /// Opens a counted repetition.
    case enter(loop: Int32)
    /// The end of one round of it.
    case again(loop: Int32)
  }

  /// A repetition that is counted in a frame; its body never matches nothing.
  struct Loop: Sendable {
    var body: Int32
    var exit: Int32
    var least: Int32
    /// `Int32.max` is no limit.
    var most: Int32
  }

  var instructions: [Instruction] = []
  var targets: [Int32] = []
  var sets: [ByteSet] = []
  var loops: [Loop] = []
  /// Where each rule begins; those that were put in the place of their calls begin nowhere (-1).
  var entries: [Int32] = []
  var start: Int32 = 0
  /// Frames that must be free at each place for the rule to be completed.
  var need: [Int32] = []
  let maximumDepth: Int
  /// Bytes that no instruction tells apart have the same class.
  var classes = [UInt8](repeating: 0, count: 256)
  /// One byte of each class.
  var representatives: [UInt8] = [0]

  static let maximumInstructions = 400_000

  init(rules: [Grammar.Rule], root: Int, depth: Int) throws(GrammarFailure) {
    maximumDepth = depth
    var builder = GrammarBuilding(rules: rules)
    try builder.build(root: root)
    instructions = builder.instructions
    targets = builder.targets
    sets = builder.sets
    loops = builder.loops
    entries = builder.entries
    start = entries[root]
    classify()
    need = try GrammarChecks(program: self, rules: rules).need()
    guard need[Int(start)] <= depth else { throw .tooDeep(rule: rules[root].name, allowed: depth) }
    var tables = GrammarTables(program: self)
    guard tables.start() != GrammarTables.overflow else {
      throw .tooAmbiguous(allowed: GrammarTables.maximumThreads)
    }
  }

  private mutating func classify() {
    var known: [[UInt64]: UInt8] = [:]
    representatives = []
    for byte in UInt8.min...UInt8.max {
      var signature = [UInt64](repeating: 0, count: (sets.count + 63) / 64)
      for (index, set) in sets.enumerated() where set.contains(byte) {
        signature[index >> 6] |= 1 << UInt64(index & 63)
      }
      if let number = known[signature] {
        classes[Int(byte)] = number
      } else {
        let number = UInt8(representatives.count)
        known[signature] = number
        classes[Int(byte)] = number
        representatives.append(byte)
      }
    }
  }

  /// Bytes that some text of the grammar holds.
  var usedBytes: ByteSet {
    var used = ByteSet()
    for set in sets { used.formUnion(set) }
    return used
  }

  /// True where nothing but the end of the rule is left.
  func isTail(_ next: Int32) -> Bool { instructions[Int(next)] == .leave }
}
