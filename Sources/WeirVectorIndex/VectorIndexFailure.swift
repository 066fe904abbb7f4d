package import WeirDomain

/// Why a vector was refused.
package enum VectorIndexFailure: WeirFailure, Equatable {
  /// Vectors of another length belong to another encoder and are never compared.
  case dimension(found: Int, expected: Int)
  /// The vector has a component that is not a finite number, or its length is not 1; `squaredLength` tells.
  case notUnitLength(squaredLength: Float)

  package var kind: FailureKind { .badModel }

  package var message: String {
    switch self {
    case .dimension(let found, let expected):
      "a vector of \(found) numbers was given to an index of vectors of \(expected): "
        + "the encoder was changed, rebuild the index"
    case .notUnitLength(let squaredLength):
      "a vector of squared length \(squaredLength) was given to an index of unit vectors: check the encoder's model"
    }
  }
}
