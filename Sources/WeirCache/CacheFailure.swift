package import WeirDomain

/// Why the caches cannot be used as asked.
package enum CacheFailure: WeirFailure, Equatable {
  /// A vector came from another encoder than the index was opened for.
  case otherEncoder(found: String, expected: String?)

  package var kind: FailureKind { .badModel }

  package var message: String {
    switch self {
    case .otherEncoder(let found, let expected):
      "a vector of encoder \(found.prefix(12)) was given to a cache opened for "
        + "\(expected.map { "encoder \($0.prefix(12))" } ?? "no encoder"): open the cache anew with that encoder"
    }
  }
}
