/// What the confidence and gate heads may look at; a file names those that its weights are for, in their order.
package enum ConfidenceFeature: String, Sendable, CaseIterable {
  /// Largest in-scope probability, temperature applied.
  case probability
  /// That probability minus the second.
  case margin
  case outOfScopeProbability = "out_of_scope_probability"
  /// Log-sum-exp of the logits without temperature: low for prompts unlike the training's (Liu et al. 2020).
  case energy
  /// Cosine to the centre of the intent named.
  case centreCosine = "centre_cosine"
  /// Largest cosine to any intent's centre.
  case bestCentreCosine = "best_centre_cosine"
  /// Log-odds of `probability`, within -14 to 14.
  case logOdds = "log_odds"
  /// Largest in-scope logit without temperature.
  case largestLogit = "largest_logit"
  /// That logit minus the second.
  case logitMargin = "logit_margin"
  /// The out-of-scope logit minus the largest in scope; 0 where the network has none.
  case outOfScopeLogit = "out_of_scope_logit"
  /// Shannon entropy of the probabilities in nats.
  case entropy
  /// Cosine to the nearest prototype in scope.
  case nearest
  /// Cosine to the nearest prototype of the intent named.
  case ownNearest = "own_nearest"
  /// Mean cosine of the five nearest prototypes in scope.
  case meanNearest = "mean_nearest"
  /// Cosine to the nearest prototype out of scope.
  case outOfScopeNearest = "out_of_scope_nearest"

  /// Those of files that name none.
  static let first: [ConfidenceFeature] = [
    .probability, .margin, .outOfScopeProbability, .energy, .centreCosine, .bestCentreCosine,
  ]
}
