/// Finds out whether each place of a program can be completed, and refuses rules that begin with themselves.
struct GrammarChecks {
  let program: GrammarProgram
  let rules: [Grammar.Rule]
  /// Above every depth: a place that nothing completes.
  private static let never = Int32.max / 2
  /// Times that a place is looked at, on average, before the grammar is refused.
  private static let mostLooks = 64

  init(program: GrammarProgram, rules: [Grammar.Rule]) {
    self.program = program
    self.rules = rules
  }

  /// Frames that each place needs for the end of its rule.
  func need() throws(GrammarFailure) -> [Int32] {
    try refuseLeftRecursion()
    var need = Array(repeating: Self.never, count: program.instructions.count)
    let dependents = Dependents(program)
    // Whoever may have become lower is looked at again; what is waiting is looked at once.
    var waits = Array(repeating: true, count: need.count)
    var pending = need.indices.map { Int32($0) }
    var next = 0
    while next < pending.count {
      guard next <= Self.mostLooks * need.count + 1000 else {
        throw .tooLarge(what: "steps of its checks", found: next, allowed: Self.mostLooks * need.count + 1000)
      }
      let place = Int(pending[next])
      next += 1
      waits[place] = false
      let value = min(self.need(at: place, need), Self.never)
      guard value < need[place] else { continue }
      need[place] = value
      for above in dependents.of(place) {
        if case .split = program.instructions[Int(above)] {
          // Of many targets only this one has changed.
          guard value < need[Int(above)] else { continue }
        }
        if !waits[Int(above)] {
          waits[Int(above)] = true
          pending.append(above)
        }
      }
    }
    for (index, entry) in program.entries.enumerated() where entry >= 0 && need[Int(entry)] >= Self.never {
      throw .neverEnds(rule: rules[index].name)
    }
    return need
  }

  private func need(at place: Int, _ need: [Int32]) -> Int32 {
    switch program.instructions[place] {
    case .leave: return 0
    case .bytes(_, let next): return need[Int(next)]
    case .split(let first, let count):
      return program.targets[Int(first)..<Int(first + count)].reduce(Self.never) { min($0, need[Int($1)]) }
    case .call(let rule, let next):
      let body = need[Int(program.entries[Int(rule)])]
      return program.isTail(next) ? body : max(body + 1, need[Int(next)])
    case .enter(let loop):
      return need[Int(program.loops[Int(loop)].body)] + 1
    case .again(let loop):
      // The round that follows needs no more than this one did.
      return max(need[Int(program.loops[Int(loop)].exit)] - 1, 0)
    }
  }

  // MARK: Left recursion

  private func refuseLeftRecursion() throws(GrammarFailure) {
    let shapes = GrammarShape.shapes(of: rules)
    let edges = program.entries.map { $0 < 0 ? [] : firstCalls(from: $0, shapes) }
    // Depth first with a stack of its own: 0 is new, 1 is open, 2 is done.
    var marks = [UInt8](repeating: 0, count: rules.count)
    for root in rules.indices where marks[root] == 0 {
      var path = [(rule: root, next: 0)]
      marks[root] = 1
      while let (rule, next) = path.last {
        guard next < edges[rule].count else {
          marks[rule] = 2
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        let called = edges[rule][next]
        if marks[called] == 1 { throw .leftRecursion(rule: rules[called].name) }
        if marks[called] == 0 {
          marks[called] = 1
          path.append((called, 0))
        }
      }
    }
  }

  /// The rules that may be called from here before a byte is read.
  private func firstCalls(from entry: Int32, _ shapes: [GrammarShape]) -> [Int] {
    var seen: Set<Int32> = [entry]
    var pending = [entry]
    var calls: Set<Int> = []
    while let place = pending.popLast() {
      var following: [Int32] = []
      switch program.instructions[Int(place)] {
      case .bytes, .leave: break
      case .split(let first, let count): following = Array(program.targets[Int(first)..<Int(first + count)])
      case .call(let rule, let next):
        calls.insert(Int(rule))
        if shapes[Int(rule)].isNullable { following = [next] }
      case .enter(let loop): following = [program.loops[Int(loop)].body]
      case .again(let loop): following = [program.loops[Int(loop)].exit]
      }
      for place in following where seen.insert(place).inserted { pending.append(place) }
    }
    return calls.sorted()
  }
}
