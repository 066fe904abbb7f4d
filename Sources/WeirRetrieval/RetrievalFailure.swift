package import WeirDomain

/// Why the documents cannot be read or searched as a whole; what is wrong with one file is a `SkippedFile`.
package enum RetrievalFailure: WeirFailure, Equatable {
  /// A folder of the configuration is not there, or cannot be read; nothing of the index was changed.
  case folder(path: String, reason: String)
  /// The folders hold more files than are indexed.
  case tooManyFiles(allowed: Int)
  /// The documents have more chunks than the index holds.
  case tooManyChunks(found: Int, allowed: Int)
  /// The encoder's window is too short for chunks of this size.
  case chunkTooLong(tokens: Int, window: Int)
  /// A question of an evaluation is not what it must be.
  case question(file: String, line: Int, reason: String)

  package var kind: FailureKind {
    switch self {
    case .folder, .tooManyFiles, .tooManyChunks, .chunkTooLong: .badConfiguration
    case .question: .badRequest
    }
  }

  package var message: String {
    switch self {
    case .folder(let path, let reason): "the documents in \(path) cannot be read: \(reason)"
    case .tooManyFiles(let allowed):
      "the folders of documents hold more than \(allowed) files: name narrower folders under documents.folders"
    case .tooManyChunks(let found, let allowed):
      "the documents come to \(found) chunks, at most \(allowed) are indexed: name fewer folders, or raise "
        + "documents.chunk_tokens"
    case .chunkTooLong(let tokens, let window):
      "documents.chunk_tokens is \(tokens), the encoder reads \(window): choose at most \(window)"
    case .question(let file, let line, let reason): "\(file), line \(line): \(reason)"
    }
  }
}
