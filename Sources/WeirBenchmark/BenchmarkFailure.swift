package import WeirDomain

/// Why something could not be measured.
package enum BenchmarkFailure: WeirFailure, Equatable {
  /// A prompt went another way than the one to be measured.
  case otherRoute(wanted: String, found: String)
  /// The file to compare with is not what this command writes.
  case badComparison(file: String, reason: String)
  /// A text is too short, or no text.
  case badText(file: String, reason: String)
  /// A file of vectors is damaged, or does not belong to the others.
  case badVectors(file: String, reason: String)
  case cannotCreate(path: String)
  /// A model holds fewer tokens than a measurement needs.
  case tooLong(part: BenchmarkPart, tokens: Int, context: Int)

  package var kind: FailureKind {
    switch self {
    case .otherRoute: .badModel
    case .badComparison, .badText, .badVectors, .tooLong: .badRequest
    case .cannotCreate: .badState
    }
  }

  package var message: String {
    switch self {
    case .otherRoute(let wanted, let found):
      "a prompt that should go by \(wanted) was answered by \(found): measure with the built-in models"
    case .badComparison(let file, let reason):
      "\(file): \(reason); name what `weir bench --json` or Tools/Benchmarks/engine wrote"
    case .badText(let file, let reason), .badVectors(let file, let reason): "\(file): \(reason)"
    case .tooLong(let part, let tokens, let context):
      "\(part.rawValue) needs \(tokens) tokens, but the model holds at most \(context): name other --tokens, or leave "
        + "\(part.rawValue) out of --only"
    case .cannotCreate(let path): "the folder \(path) cannot be created: check TMPDIR and its permissions"
    }
  }
}
