/// A chunk that was found for a question, with what it needs to be cited.
package struct FoundPassage: Sendable, Hashable {
  package var chunkID: Int64
  /// The folder's own name and the path within it.
  package var source: String
  /// From the outermost heading to the nearest.
  package var trail: [String]
  /// Lines of the file, from 1, both included.
  package var lines: ClosedRange<Int>
  package var text: String
  /// What it was ranked by; 0...1 in mode `fused`.
  package var score: Double
  /// Cosine to the question.
  package var similarity: Double
  /// BM25, 0 where no word is shared; grows with the rarity of the shared words.
  package var wordScore: Double

  package init(
    chunkID: Int64, source: String, trail: [String], lines: ClosedRange<Int>, text: String, score: Double,
    similarity: Double, wordScore: Double
  ) {
    self.chunkID = chunkID
    self.source = source
    self.trail = trail
    self.lines = lines
    self.text = text
    self.score = score
    self.similarity = similarity
    self.wordScore = wordScore
  }

  /// `guides/refunds.md:3-9`
  package var place: String {
    "\(source):\(lines.lowerBound)" + (lines.count > 1 ? "-\(lines.upperBound)" : "")
  }
}
