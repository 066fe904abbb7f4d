import WeirGrammar
import WeirTestSupport

/// Grammars over a few letters, so that short texts meet all of their corners.
struct RandomGrammar {
  var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  /// Nil where chance made one that is refused.
  mutating func next() -> Grammar? {
    let count = Int.random(in: 1...5, using: &random)
    let rules = (0..<count).map { index in
      Grammar.Rule(name: "r\(index)", body: expression(rules: count, depth: 3))
    }
    return try? Grammar(rules: rules, root: 0, depth: [6, 12, 256].randomElement(using: &random) ?? 256)
  }

  private mutating func expression(rules: Int, depth: Int) -> GrammarExpression {
    switch Int.random(in: 0..<(depth == 0 ? 3 : 9), using: &random) {
    case 0: return .text(["", "a", "b", "ab", "(", "aé"].randomElement(using: &random) ?? "")
    case 1:
      return .scalars(
        [ScalarSet("ab"), ScalarSet("aé"), ScalarSet("a").complement].randomElement(using: &random) ?? .all)
    case 2: return .rule(Int.random(in: 0..<rules, using: &random))
    case 3, 4: return .sequence(parts(rules, depth))
    case 5, 6: return .choice(parts(rules, depth))
    default:
      let least = Int.random(in: 0...2, using: &random)
      let most: Int? = Bool.random(using: &random) ? nil : least + Int.random(in: 0...3, using: &random)
      return .repetition(expression(rules: rules, depth: depth - 1), least: least, most: most)
    }
  }

  private mutating func parts(_ rules: Int, _ depth: Int) -> [GrammarExpression] {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in expression(rules: rules, depth: depth - 1) }
  }
}

/// Tokens as a byte-level vocabulary has them: every byte, pieces of texts, whole characters and parts of them.
enum TestVocabulary {
  static func texts(_ pieces: [String], random: inout SeededRandom) -> [[UInt8]] {
    var texts = (UInt8.min...UInt8.max).map { [$0] }
    for piece in pieces {
      let bytes = Array(piece.utf8)
      guard !bytes.isEmpty else { continue }
      for _ in 0..<4 {
        let first = Int.random(in: 0..<bytes.count, using: &random)
        let last = Int.random(in: first..<min(first + 24, bytes.count), using: &random)
        texts.append(Array(bytes[first...last]))
      }
    }
    return texts.shuffled(using: &random)
  }
}
