extension GrammarChecks {
  /// The places whose need follows from that of another place.
  struct Dependents {
    /// First of each place in `places`, and the count of all at the end.
    private let firsts: [Int32]
    private let places: [Int32]

    init(_ program: GrammarProgram) {
      var firsts = [Int32](repeating: 0, count: program.instructions.count + 1)
      Self.forEach(program) { target, _ in firsts[target + 1] += 1 }
      for place in program.instructions.indices { firsts[place + 1] += firsts[place] }
      var places = [Int32](repeating: 0, count: Int(firsts.last ?? 0))
      var next = firsts
      Self.forEach(program) { target, place in
        places[Int(next[target])] = Int32(place)
        next[target] += 1
      }
      self.firsts = firsts
      self.places = places
    }

    func of(_ place: Int) -> ArraySlice<Int32> { places[Int(firsts[place])..<Int(firsts[place + 1])] }

    private static func forEach(_ program: GrammarProgram, _ body: (_ target: Int, _ place: Int) -> Void) {
      for (place, instruction) in program.instructions.enumerated() {
        switch instruction {
        case .leave: break
        case .bytes(_, let next): body(Int(next), place)
        case .split(let first, let count):
          for target in program.targets[Int(first)..<Int(first + count)] { body(Int(target), place) }
        case .call(let rule, let next):
          body(Int(program.entries[Int(rule)]), place)
          body(Int(next), place)
        case .enter(let loop): body(Int(program.loops[Int(loop)].body), place)
        case .again(let loop): body(Int(program.loops[Int(loop)].exit), place)
        }
      }
    }
  }
}
