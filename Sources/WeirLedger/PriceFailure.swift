package import WeirDomain

/// Why a price cannot be told: facts only, `message` makes the sentence.
package enum PriceFailure: WeirFailure, Equatable {
  /// The file is not the JSON that is expected; `place` says where, `reason` what.
  case malformed(place: String, reason: String)
  /// The list does not name the model.
  case unknownModel(model: String)
  /// The list names the model, but its first price is valid only from a later day.
  case notYetValid(model: String, from: String)
  /// An answerer reported fewer than no tokens.
  case negativeUsage(model: String, prompt: Int, completion: Int)

  package var kind: FailureKind {
    switch self {
    case .malformed, .unknownModel, .notYetValid: .badConfiguration
    case .negativeUsage: .unavailable
    }
  }

  /// One sentence for a person: what failed, on which model, what to do.
  package var message: String {
    switch self {
    case .malformed(let place, let reason):
      "the price list is wrong at \(place): \(reason)"
    case .unknownModel(let model):
      "no price is known for the model \(model): add one to the price list"
    case .notYetValid(let model, let from):
      "the first price of the model \(model) is valid from \(from): add the earlier one to the price list"
    case .negativeUsage(let model, let prompt, let completion):
      "the model \(model) reported \(prompt) prompt and \(completion) completion tokens, which cannot be: "
        + "check the answerer"
    }
  }
}
