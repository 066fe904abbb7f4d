/// Turns two lists of candidates into one: a pure function, so that its choices can be measured.
struct Ranking: Sendable {
  struct Candidate: Sendable, Hashable {
    var id: Int64
    var similarity: Double
    var wordScore: Double
  }

  var mode = RankingMode.fused
  /// Weight of the cosine in the sum; the rest is the words'.
  var denseWeight = 0.5
  /// The BM25 at which a passage has half of what words can give.
  var halfWordScore = 6.0
  /// What a passage keeps of its score for being new: 1 leaves near-copies of better passages where they are.
  var novelty = 0.9

  /// 0...1 for cosines and BM25 of any size; `ranks` are the candidate's places in the two lists, from 0.
  func score(_ candidate: Candidate, ranks: (dense: Int?, words: Int?)) -> Double {
    let cosine = min(max(candidate.similarity, 0), 1)
    let words = max(candidate.wordScore, 0)
    switch mode {
    case .lexical: return words / (words + halfWordScore)
    case .dense: return cosine
    case .fused: return denseWeight * cosine + (1 - denseWeight) * words / (words + halfWordScore)
    case .reciprocal:
      return [ranks.dense, ranks.words].reduce(0) { $0 + ($1.map { 1 / Double(60 + $0 + 1) } ?? 0) }
    }
  }

  /// Candidates with their scores, best first; equal ones by ascending id.
  func ranked(_ candidates: [Candidate]) -> [(candidate: Candidate, score: Double)] {
    var scored = candidates.map { (candidate: $0, score: score($0, ranks: (nil, nil))) }
    if mode == .reciprocal {
      let dense = places(candidates.sorted { ($0.similarity, $1.id) > ($1.similarity, $0.id) })
      let words = places(
        candidates.filter { $0.wordScore > 0 }.sorted { ($0.wordScore, $1.id) > ($1.wordScore, $0.id) })
      scored = candidates.map { (candidate: $0, score: score($0, ranks: (dense[$0.id], words[$0.id]))) }
    }
    return scored.sorted { ($0.score, $1.candidate.id) > ($1.score, $0.candidate.id) }
  }

  private func places(_ candidates: [Candidate]) -> [Int64: Int] {
    Dictionary(uniqueKeysWithValues: candidates.enumerated().map { ($1.id, $0) })
  }

  /// Maximal marginal relevance (Carbonell and Goldstein 1998): places of the `count` chosen of `scores`, in order.
  ///
  /// `similarity` compares two candidates by their places, -1...1.
  func diverse(_ scores: [Double], count: Int, similarity: (Int, Int) -> Double) -> [Int] {
    var left = Array(scores.indices)
    var chosen: [Int] = []
    var nearest = [Double](repeating: 0, count: scores.count)
    while chosen.count < count, !left.isEmpty {
      func gain(_ index: Int) -> Double { novelty * scores[index] - (1 - novelty) * nearest[index] }
      guard let best = left.max(by: { (gain($0), $1) < (gain($1), $0) }) else { break }
      left.removeAll { $0 == best }
      chosen.append(best)
      for index in left { nearest[index] = max(nearest[index], similarity(best, index)) }
    }
    return chosen
  }
}
