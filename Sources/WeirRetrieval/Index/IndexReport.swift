/// What a pass over the folders came to.
package struct IndexReport: Sendable, Hashable {
  /// Documents that were found.
  package var files = 0
  /// Of these: read and cut anew, because they or the encoder changed.
  package var indexed = 0
  /// Of these: as they were.
  package var unchanged = 0
  /// Known before and no longer there.
  package var removed = 0
  /// Chunks of all documents.
  package var chunks = 0
  /// Chunks that went through the encoder in this pass.
  package var embedded = 0
  /// Chunks of changed documents whose text was embedded before.
  package var reused = 0
  package var skipped: [SkippedFile] = []
  /// Files whose ending names no format.
  package var others = 0
  /// False where the pass was stopped.
  package var isComplete = true

  package init() {}
}

/// How far a pass is.
package struct IndexProgress: Sendable, Hashable {
  package var done: Int
  package var files: Int
  package var embedded: Int
}
