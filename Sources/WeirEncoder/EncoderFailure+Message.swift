import WeirModelFiles
import WeirTensor

extension EncoderFailure {
  /// One sentence for people: what failed, on which thing, found against allowed, what to do.
  package var message: String {
    switch self {
    case .model(let failure): failure.message
    case .weights(let file, let tensor, let failure): "\(file): tensor \(tensor): \(failure.message)"
    case .tokenCount(let found, let allowed):
      "a text of \(found) tokens cannot be encoded: the model takes \(allowed.lowerBound) to \(allowed.upperBound)"
    case .tokenIdentifier(let found, let vocabulary):
      "token \(found) is not in the encoder's vocabulary of \(vocabulary)"
    }
  }
}
