package import WeirModelFiles

/// Why a classifier could not be loaded or a prompt not be classified.
package enum ClassifierFailure: Error, Equatable, Sendable {
  /// The model file is damaged or is no intent classifier.
  case model(ModelFileFailure)
  /// The embedding has another length than the classifier was trained on.
  case wrongDimensions(found: Int, allowed: Int)
  /// The embedding, or what became of it, is NaN or infinite.
  case notFinite

  /// One sentence for a person.
  package var message: String {
    switch self {
    case .model(let failure): failure.message
    case .wrongDimensions(let found, let allowed):
      "the classifier takes embeddings of \(allowed) values, \(found) were given: use models of one bundle"
    case .notFinite:
      "the classifier was given an embedding with values that are not finite: check the encoder's model file"
    }
  }
}
