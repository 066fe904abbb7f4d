internal import WeirConfiguration
internal import WeirDomain
internal import WeirEncoder
internal import WeirRetrieval
internal import WeirRouting
internal import WeirStore

extension Node {
  /// What prompts are grounded in; documents that changed are read before it returns, the others are not opened.
  ///
  /// Where nobody reads passages (the generator is told the intent, and remote models get none) nothing is read.
  static func openGrounding(
    _ configuration: Configuration, store: Store, encoder: Encoder, local: (any LocalAnswerer)?, hasRemote: Bool,
    at now: Timestamp, onProgress: (IndexProgress) -> Void
  ) throws -> Grounding {
    let documents = configuration.documents
    let isRead = local?.followsInstructions == true || (documents.groundRemote && hasRemote)
    var grounding = Grounding(
      passages: documents.passages, minScore: documents.minScore, groundsRemote: documents.groundRemote,
      fewShot: configuration.generator.fewShot, isUnused: !documents.folders.isEmpty && !isRead)
    guard !documents.folders.isEmpty, isRead else { return grounding }
    let (encoder, settings) = (ChunkEncoder(encoder), DocumentSettings(documents))
    try DocumentIndexer(store: store, encoder: encoder, settings: settings).update(at: now, onProgress: onProgress)
    grounding.documents = try DocumentIndex(store: store, encoder: encoder, settings: settings)
    return grounding
  }
}
