/// What the classifier says about one prompt: facts for the route policy, nothing decided.
package struct Classification: Sendable, Equatable {
  /// An intent and its share of the softmax, which is not calibrated.
  package struct Ranked: Sendable, Equatable {
    package let intent: String
    package let probability: Float
  }

  /// What the two heads see, in the order of their weights.
  package struct Features: Sendable, Equatable {
    /// Largest in-scope probability, temperature applied.
    package let probability: Float
    /// That probability minus the second.
    package let margin: Float
    package let outOfScopeProbability: Float
    /// Log-sum-exp of the logits without temperature: low for prompts unlike the training's (Liu et al. 2020).
    package let energy: Float
    /// Cosine to the centre of the intent named.
    package let centreCosine: Float
    /// Largest cosine to any intent's centre.
    package let bestCentreCosine: Float

    package var values: [Float] {
      [probability, margin, outOfScopeProbability, energy, centreCosine, bestCentreCosine]
    }
  }

  /// The most probable in-scope intent, named even where the prompt is out of scope.
  package let intent: String
  /// Calibrated probability, 0 to 1, that `intent` is right.
  package let confidence: Float
  /// 0 to 1: how much the prompt looks like none of the intents.
  package let outOfScope: Float
  /// The most probable in-scope intents, best first; at most three.
  package let ranked: [Ranked]
  package let features: Features
}
