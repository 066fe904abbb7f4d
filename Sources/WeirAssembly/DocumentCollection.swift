package import WeirConfiguration
package import WeirDomain
package import WeirRetrieval
internal import WeirEncoder
internal import WeirFiles
internal import WeirLedger
internal import WeirModelFiles
internal import WeirReview
internal import WeirStore

/// The documents of a configuration with the encoder and the database that index them, for commands that only look.
package struct DocumentCollection: Sendable {
  package let settings: DocumentSettings
  private let encoder: Encoder
  private let store: Store

  /// Opens models and database; throws where the configuration names no documents.
  package init(_ configuration: Configuration) throws {
    guard !configuration.documents.folders.isEmpty else { throw StartFailure.noDocuments }
    settings = DocumentSettings(configuration.documents)
    encoder = try Encoder(ModelBundle(configuration).encoder.open())
    store = try Node.openStore(configuration)
  }

  /// Reads what changed in the folders since the last pass.
  package func update(
    at now: Timestamp, isCancelled: () -> Bool = { false }, onProgress: (IndexProgress) -> Void
  ) throws -> IndexReport {
    try DocumentIndexer(store: store, encoder: ChunkEncoder(encoder), settings: settings)
      .update(at: now, isCancelled: isCancelled, onProgress: onProgress)
  }

  package func index() throws -> DocumentIndex {
    try DocumentIndex(store: store, encoder: ChunkEncoder(encoder), settings: settings)
  }

  /// The vector of a question, or of any other text.
  package func embed(_ text: String) -> [Float] { encoder.embed(text).values }

  package func close() throws { try store.close() }
}

extension DocumentSettings {
  init(_ documents: Configuration.Documents) {
    self.init(folders: documents.folders)
    chunkTokens = documents.chunkTokens
    overlapTokens = documents.overlapTokens
    maxFileBytes = documents.maxFileBytes
  }
}

extension ChunkEncoder {
  init(_ encoder: Encoder) {
    self.init(
      fingerprint: encoder.fingerprint, dimension: encoder.shape.width, window: encoder.shape.context,
      countTokens: { encoder.countTokens($0) }, embed: { encoder.embed($0, windows: Encoder.mostWindows).values },
      embedAll: { encoder.embed($0, windows: Encoder.mostWindows).map(\.values) })
  }
}
