package import WeirRetrieval

/// What is put in front of a model's eyes besides the conversation: passages of documents, and earlier answers.
package struct Grounding: Sendable {
  /// Nil where no documents are used.
  package var documents: DocumentIndex?
  /// Most passages of one prompt.
  package var passages: Int
  /// Passages below this score are not used, 0...1.
  package var minScore: Double
  /// Whether remote models get passages too.
  package var groundsRemote: Bool
  /// Most earlier answers that are shown as examples; 0 shows none.
  package var fewShot: Int
  /// True where documents are configured and nobody here would read them.
  package var isUnused: Bool

  package init(
    documents: DocumentIndex? = nil, passages: Int = 4, minScore: Double = 0.3, groundsRemote: Bool = false,
    fewShot: Int = 0, isUnused: Bool = false
  ) {
    self.documents = documents
    self.passages = passages
    self.minScore = minScore
    self.groundsRemote = groundsRemote
    self.fewShot = fewShot
    self.isUnused = isUnused
  }

  package static let none = Grounding()
}
