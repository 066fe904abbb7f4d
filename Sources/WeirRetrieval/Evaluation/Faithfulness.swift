/// Whether an answer says what its passages say: two measures that fail in different ways, and so are never mixed.
///
/// By words: a wrong number or name is seen, a paraphrase counts as unsupported. By vectors: a paraphrase counts, a
/// wrong number is hardly seen.
package struct Faithfulness: Sendable, Hashable {
  /// Share of the answer's words (without the most frequent ones, endings cut) that a passage has, 0...1.
  package var byWords: Double
  /// Mean over the answer's sentences of the cosine to the nearest sentence of the passages, -1...1.
  package var byVectors: Double

  /// Nil where the answer or the passages have no words: there is nothing to hold against each other.
  package init?(answer: String, passages: [String], embed: (String) -> [Float]) {
    let answer = Faithfulness.withoutMarks(answer)
    let said = Faithfulness.stems(of: answer)
    let known = passages.reduce(into: Set<String>()) { $0.formUnion(Faithfulness.stems(of: $1)) }
    guard !said.isEmpty, !known.isEmpty else { return nil }
    byWords = Double(said.count { known.contains($0) }) / Double(said.count)
    let sources = passages.flatMap { SentenceSplitter.sentences(of: $0) }.map(embed)
    let sentences = SentenceSplitter.sentences(of: answer).filter { !Faithfulness.stems(of: $0).isEmpty }
    let nearest = sentences.map { sentence -> Double in
      let vector = embed(sentence)
      return sources.map { source in Double(zip(vector, source).reduce(Float(0)) { $0 + $1.0 * $1.1 }) }.max() ?? 0
    }
    byVectors = nearest.reduce(0, +) / Double(max(nearest.count, 1))
  }

  /// The answer without its marks of sources, `[2]`.
  static func withoutMarks(_ answer: String) -> String {
    var result = ""
    var rest = answer[...]
    while let open = rest.firstIndex(of: "[") {
      result += rest[..<open]
      let inside = rest[rest.index(after: open)...].prefix { $0.isASCII && $0.isNumber }
      let after = rest[open...].dropFirst(1 + inside.count)
      if (1...3).contains(inside.count), after.first == "]" {
        rest = after.dropFirst()
      } else {
        result += "["
        rest = rest[rest.index(after: open)...]
      }
    }
    return result + rest
  }

  /// Words that carry meaning, without the endings that only inflect.
  static func stems(of text: String) -> Set<String> {
    Set(WordQuery.words(of: text).filter { !WordQuery.frequent.contains($0) }.map(stem))
  }

  private static func stem(_ word: String) -> String {
    guard word.allSatisfy({ $0.isASCII && $0.isLetter }) else { return word }
    for ending in ["ing", "ed", "es", "s"] where word.hasSuffix(ending) && word.count - ending.count >= 3 {
      if ending == "s", word.hasSuffix("ss") { continue }
      var stem = word.dropLast(ending.count)
      if stem.last == "e" { stem.removeLast() }
      return String(stem)
    }
    return word.last == "e" && word.count > 4 ? String(word.dropLast()) : word
  }
}
