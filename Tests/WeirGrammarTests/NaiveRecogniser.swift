import WeirGrammar

/// Reads texts against rules by trying everything: slow, and nothing like the automaton.
struct NaiveRecogniser {
  let rules: [Grammar.Rule]
  let text: [UInt8]
  private var known: [Place: Set<Int>] = [:]

  private struct Place: Hashable {
    var rule: Int
    var start: Int
  }

  init(_ rules: [Grammar.Rule], _ text: [UInt8]) {
    self.rules = rules
    self.text = text
  }

  static func matches(_ grammar: Grammar, _ text: [UInt8]) -> Bool {
    var recogniser = NaiveRecogniser(grammar.rules, text)
    return recogniser.ends(.rule(grammar.root), from: 0).contains(text.count)
  }

  /// Where a match that begins at `start` can end.
  private mutating func ends(_ expression: GrammarExpression, from start: Int) -> Set<Int> {
    switch expression {
    case .bytes(let bytes):
      return text[start...].starts(with: bytes) ? [start + bytes.count] : []
    case .scalars(let set):
      var decoder = UTF8()
      var rest = text[start...].makeIterator()
      guard case .scalarValue(let scalar) = decoder.decode(&rest), set.contains(scalar.value) else { return [] }
      return [start + String(scalar).utf8.count]
    case .rule(let index):
      let place = Place(rule: index, start: start)
      if let ends = known[place] { return ends }
      let found = ends(rules[index].body, from: start)
      known[place] = found
      return found
    case .sequence(let parts):
      var places: Set<Int> = [start]
      for part in parts {
        var next: Set<Int> = []
        for place in places { next.formUnion(ends(part, from: place)) }
        places = next
      }
      return places
    case .choice(let choices):
      var places: Set<Int> = []
      for choice in choices { places.formUnion(ends(choice, from: start)) }
      return places
    case .repetition(let part, let least, let most):
      return rounds(part, least, most, from: start)
    }
  }

  private mutating func rounds(_ part: GrammarExpression, _ least: Int, _ most: Int?, from start: Int) -> Set<Int> {
    var places: Set<Int> = [start]
    var found: Set<Int> = least == 0 ? [start] : []
    var round = 0
    while round < most ?? Int.max, !places.isEmpty {
      var next: Set<Int> = []
      for place in places { next.formUnion(ends(part, from: place)) }
      round += 1
      let before = found
      if round >= least { found.formUnion(next) }
      // Nothing new can come any more.
      if round > least, next == places || before == found, next.isSubset(of: before) { break }
      if round > least + text.count + 1 { break }
      places = next
    }
    return found
  }
}
