/// Turns the rules' expressions into instructions, from their ends to their beginnings.
struct GrammarBuilding {
  private(set) var instructions: [GrammarProgram.Instruction] = []
  private(set) var targets: [Int32] = []
  private(set) var sets: [ByteSet] = []
  private(set) var loops: [GrammarProgram.Loop] = []
  private(set) var entries: [Int32]
  private let rules: [Grammar.Rule]
  private let shapes: [GrammarShape]
  private var known: [GrammarProgram.Instruction: Int32] = [:]
  private var knownSets: [ByteSet: Int32] = [:]
  private var knownSplits: [[Int32]: Int32] = [:]

  init(rules: [Grammar.Rule]) {
    self.rules = rules
    shapes = GrammarShape.shapes(of: rules)
    entries = Array(repeating: -1, count: rules.count)
  }

  mutating func build(root: Int) throws(GrammarFailure) {
    let leave = try add(.leave)
    for index in rules.indices where index == root || !shapes[index].isInlined {
      entries[index] = try emit(rules[index].body, then: leave)
    }
  }

  // MARK: Expressions

  private mutating func emit(_ expression: GrammarExpression, then next: Int32) throws(GrammarFailure) -> Int32 {
    switch expression {
    case .bytes(let bytes):
      var place = next
      for byte in bytes.reversed() { place = try read(ByteSet(byte...byte), then: place) }
      return place
    case .scalars(let set):
      guard !set.isEmpty else { return try split([]) }
      return try emit(UTF8Sequences.rows(of: set)[...], then: next)
    case .rule(let index):
      return shapes[index].isInlined
        ? try emit(rules[index].body, then: next) : try add(.call(rule: Int32(index), next: next))
    case .sequence(let parts):
      var place = next
      for part in parts.reversed() { place = try emit(part, then: place) }
      return place
    case .choice(let choices):
      return try emit(choices: choices, then: next)
    case .repetition(let body, let least, let most):
      return try repeated(body, least, most, then: next)
    }
  }

  /// Literals become a tree by their first bytes, and scalars one set, so that few readings stay open at once.
  private mutating func emit(choices: [GrammarExpression], then next: Int32) throws(GrammarFailure) -> Int32 {
    var literals: [ArraySlice<UInt8>] = []
    var scalars = ScalarSet.none
    var places: [Int32] = []
    var pending = choices
    pending.reverse()
    while let choice = pending.popLast() {
      switch choice {
      case .choice(let inner): pending += inner.reversed()
      case .bytes(let bytes): literals.append(bytes[...])
      case .scalars(let set): scalars = scalars.union(set)
      default: places.append(try emit(choice, then: next))
      }
    }
    if !scalars.isEmpty { places.append(try emit(.scalars(scalars), then: next)) }
    if !literals.isEmpty {
      literals.sort { $0.lexicographicallyPrecedes($1) }
      places.append(try emit(sorted: literals[...], then: next))
    }
    return try split(places)
  }

  private mutating func emit(
    sorted literals: ArraySlice<ArraySlice<UInt8>>, then next: Int32
  ) throws(GrammarFailure) -> Int32 {
    guard let first = literals.first, let last = literals.last else { return next }
    // What the first and the last share, all share.
    let shared = zip(first, last).prefix { $0 == $1 }.count
    var rest = literals.map { $0.dropFirst(shared) }[...]
    var places: [Int32] = []
    while rest.first?.isEmpty == true {
      rest.removeFirst()
      if places.isEmpty { places.append(next) }
    }
    while let byte = rest.first?.first {
      let end = rest.firstIndex { $0.first != byte } ?? rest.endIndex
      let tails = rest[..<end].map { $0.dropFirst() }
      places.append(try read(ByteSet(byte...byte), then: try emit(sorted: tails[...], then: next)))
      rest = rest[end...]
    }
    var place = try split(places)
    for byte in first.prefix(shared).reversed() { place = try read(ByteSet(byte...byte), then: place) }
    return place
  }

  private mutating func emit(
    _ rows: ArraySlice<UTF8Sequences.Row>, then next: Int32
  ) throws(GrammarFailure) -> Int32 {
    // Rows with the same rest share it.
    var order: [UTF8Sequences.Row] = []
    var firsts: [UTF8Sequences.Row: ByteSet] = [:]
    for row in rows {
      let rest = Array(row.dropFirst())
      if firsts[rest] == nil { order.append(rest) }
      firsts[rest, default: ByteSet()].formUnion(ByteSet(row[0]))
    }
    var places: [Int32] = []
    for rest in order {
      let tail = rest.isEmpty ? next : try emit([rest][...], then: next)
      places.append(try read(firsts[rest] ?? ByteSet(), then: tail))
    }
    return try split(places)
  }

  private mutating func repeated(
    _ body: GrammarExpression, _ least: Int, _ most: Int?, then next: Int32
  ) throws(GrammarFailure) -> Int32 {
    if most == 0 { return next }
    if least == 0, most == 1 { return try split([try emit(body, then: next), next]) }
    if least == 1, most == 1 { return try emit(body, then: next) }
    if least <= 1, most == nil {
      let place = try reserve()
      let round = try emit(body, then: place)
      try fill(place, with: [round, next])
      return least == 0 ? place : try emit(body, then: place)
    }
    if GrammarShape.isNullable(body, shapes) { return try unrolled(body, least, most, then: next) }
    let loop = Int32(loops.count)
    let again = try add(.again(loop: loop))
    let limit = most.map { Int32(clamping: $0) } ?? .max
    loops.append(.init(body: 0, exit: next, least: Int32(clamping: least), most: limit))
    loops[Int(loop)].body = try emit(body, then: again)
    let enter = try add(.enter(loop: loop))
    return least == 0 ? try split([enter, next]) : enter
  }

  /// Rounds that may match nothing cannot be counted: they are written out.
  private mutating func unrolled(
    _ body: GrammarExpression, _ least: Int, _ most: Int?, then next: Int32
  ) throws(GrammarFailure) -> Int32 {
    guard let most else { return try repeated(body, 0, nil, then: next) }
    guard most <= 64 else {
      throw .tooLarge(what: "repetitions of a part that may be empty", found: most, allowed: 64)
    }
    var place = next
    for _ in 0..<most { place = try split([try emit(body, then: place), next]) }
    return place
  }

  // MARK: Instructions

  private mutating func add(_ instruction: GrammarProgram.Instruction) throws(GrammarFailure) -> Int32 {
    if let place = known[instruction] { return place }
    let place = try reserve()
    instructions[Int(place)] = instruction
    known[instruction] = place
    return place
  }

  private mutating func read(_ set: ByteSet, then next: Int32) throws(GrammarFailure) -> Int32 {
    let number = knownSets[set] ?? Int32(sets.count)
    if number == sets.count {
      sets.append(set)
      knownSets[set] = number
    }
    return try add(.bytes(set: number, next: next))
  }

  private mutating func split(_ places: [Int32]) throws(GrammarFailure) -> Int32 {
    if places.count == 1 { return places[0] }
    if let place = knownSplits[places] { return place }
    let place = try reserve()
    try fill(place, with: places)
    knownSplits[places] = place
    return place
  }

  /// A place whose instruction comes later: what it continues with leads back to it.
  private mutating func reserve() throws(GrammarFailure) -> Int32 {
    let count = instructions.count + targets.count
    guard count < GrammarProgram.maximumInstructions else {
      throw .tooLarge(what: "states", found: count + 1, allowed: GrammarProgram.maximumInstructions)
    }
    instructions.append(.split(first: 0, count: 0))
    return Int32(instructions.count - 1)
  }

  private mutating func fill(_ place: Int32, with places: [Int32]) throws(GrammarFailure) {
    let count = instructions.count + targets.count + places.count
    guard count < GrammarProgram.maximumInstructions else {
      throw .tooLarge(what: "states", found: count, allowed: GrammarProgram.maximumInstructions)
    }
    instructions[Int(place)] = .split(first: Int32(targets.count), count: Int32(places.count))
    targets += places
  }
}
