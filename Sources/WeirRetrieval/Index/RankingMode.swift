/// How passages are ranked.
package enum RankingMode: String, Sendable, Hashable, CaseIterable {
  /// BM25 over words and their stems.
  case lexical
  /// Cosine of the encoder's vectors.
  case dense
  /// Both, as a weighted sum.
  case fused
  /// Both, by the reciprocals of their ranks (Cormack, Clarke and Büttcher 2009); kept to be compared with.
  case reciprocal
}
