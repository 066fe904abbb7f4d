/// Words that exclude each other: antonyms, opposite actions, days, months.
///
/// Two prompts that both speak of a set must speak of the same of its senses. One that does not speak of it at all
/// says nothing against the other: a paraphrase may say it in words that are not in here.
enum ContrastSets {
  struct Sense: Hashable {
    var set: Int
    var sense: Int
  }

  /// The senses that the words express.
  static func senses(of words: [String]) -> Set<Sense> {
    var senses: Set<Sense> = []
    let stems = words.map { WordStem.stem($0) }
    for index in words.indices {
      senses.formUnion(table[stems[index]] ?? [])
      if index + 1 < words.count { senses.formUnion(table["\(stems[index])_\(stems[index + 1])"] ?? []) }
      if let particle = particles[words[index]], isParticle(at: index, words, stems) { senses.insert(particle) }
    }
    return senses
  }

  /// True when some set is spoken of by both, in different senses.
  static func contradict(_ left: [String], _ right: [String]) -> Bool {
    let (left, right) = (senses(of: left), senses(of: right))
    let shared = Set(left.map(\.set)).intersection(right.map(\.set))
    return shared.contains { set in left.filter { $0.set == set } != right.filter { $0.set == set } }
  }

  /// `on`, `off`, `up` and `down` count after a verb that takes them, or at the end: "information on orders" says
  /// nothing about a switch.
  private static func isParticle(at index: Int, _ words: [String], _ stems: [String]) -> Bool {
    if index == words.count - 1 { return true }
    if words[index] == "off" { return true }
    return stems[max(0, index - 4)..<index].contains { particleVerbs.contains($0) }
  }

  private static let particles: [String: Sense] = [
    "on": Sense(set: -1, sense: 0), "off": Sense(set: -1, sense: 1),
    "up": Sense(set: -2, sense: 0), "down": Sense(set: -2, sense: 1),
  ]

  private static let particleVerbs = Set(
    ["turn", "switch", "power", "put", "keep", "leave", "flip", "go", "move", "scroll", "bring", "come", "volume"]
      .map { WordStem.stem($0) })

  /// By stem, or by two stems joined with a low line.
  private static let table: [String: Set<Sense>] = {
    var table: [String: Set<Sense>] = [:]
    for (set, line) in ContrastWords.lines.split(separator: "\n").enumerated() {
      for (sense, words) in line.split(separator: "|").enumerated() {
        for word in words.split(separator: " ") {
          let stem = word.split(separator: "_").map { WordStem.stem(String($0)) }.joined(separator: "_")
          table[stem, default: []].insert(Sense(set: set, sense: sense))
        }
      }
    }
    return table
  }()
}
