package import WeirDomain

/// What the classifier says about one prompt: facts for the route policy, nothing decided.
package struct Classification: Sendable, Equatable {
  /// An intent and its share of the softmax, which is not calibrated.
  package struct Ranked: Sendable, Equatable {
    package let intent: String
    package let probability: Float
  }

  /// What the two heads see: one value for each `ConfidenceFeature`, in the order of its cases.
  package struct Features: Sendable, Equatable {
    private var all = [Float](repeating: 0, count: ConfidenceFeature.allCases.count)

    package init() {}

    package subscript(feature: ConfidenceFeature) -> Float {
      get { all[feature.index] }
      set { all[feature.index] = newValue }
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
  /// Calibrated probability, by tier, that its answer to this prompt is good enough: `generator` is the local model.
  /// Empty where the bundle has not learned it; tiers without labels are missing.
  package let sufficiency: [Tier: Float]
  /// How hard the prompt is, 0 to 1, as learned from labelled examples; nil where the bundle has not learned it.
  package let complexity: Float?
}

extension ConfidenceFeature {
  var index: Int {
    switch self {
    case .probability: 0
    case .margin: 1
    case .outOfScopeProbability: 2
    case .energy: 3
    case .centreCosine: 4
    case .bestCentreCosine: 5
    case .logOdds: 6
    case .largestLogit: 7
    case .logitMargin: 8
    case .outOfScopeLogit: 9
    case .entropy: 10
    case .nearest: 11
    case .ownNearest: 12
    case .meanNearest: 13
    case .outOfScopeNearest: 14
    }
  }
}
