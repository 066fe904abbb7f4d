/// Names the intent of a prompt from its embedding, with a calibrated confidence and an out-of-scope score.
///
/// One hidden layer over the encoder's unit-length vector; features of its output and of distances feed two logistic
/// heads, the first of which is calibrated by isotonic regression. A pass over 384 dimensions costs about 0.1 M
/// multiplications, and 384 for each prototype. All weights were checked when the file was read: shapes, finite values,
/// monotone knots.
package struct IntentClassifier: Sendable {
  /// In-scope intents in the order of the classifier's outputs.
  package var intents: [String] { parts.intents }
  /// Length of the embeddings that are classified.
  package var dimensions: Int { parts.hidden.inputs }
  /// Fingerprint of the encoder whose embeddings the classifier was trained on.
  package let encoderFingerprint: String
  package let parts: ClassifierParts
  /// Labelled predictions of its training, from which thresholds follow; nil where the file carries none.
  package var risk: ClassifierRisk? { parts.risk }

  /// The most probable intents that `Classification.ranked` holds.
  static let rankedCount = 3

  /// `parts` that fit each other, as training makes them.
  package init(_ parts: ClassifierParts, encoderFingerprint: String) {
    self.parts = parts
    self.encoderFingerprint = encoderFingerprint
  }

  /// Classifies one unit-length embedding of `dimensions` finite values.
  ///
  /// Sufficiency and complexity need the `text` too; without it they stay unknown.
  package func classify(embedding: [Float], text: String? = nil) throws(ClassifierFailure) -> Classification {
    let logits = try logits(embedding)
    let (order, probabilities, features) = features(logits: logits, embedding: embedding)
    let learned = text.flatMap { parts.forest?.reading($0, embedding: embedding) }
    return Classification(
      intent: intents[order[0]],
      confidence: parts.heads.confidence(features),
      outOfScope: parts.heads.outOfScope(features),
      ranked: order.prefix(Self.rankedCount).map {
        Classification.Ranked(intent: intents[$0], probability: probabilities[$0])
      },
      features: features,
      sufficiency: learned?.sufficiency ?? [:],
      complexity: learned?.complexity)
  }

  /// The network's outputs: one an intent, and one more for out of scope where it was trained on such prompts.
  package func logits(_ embedding: [Float]) throws(ClassifierFailure) -> [Float] {
    guard embedding.count == dimensions else {
      throw .wrongDimensions(found: embedding.count, allowed: dimensions)
    }
    guard let logits = finite(parts.output.apply(to: parts.hidden.apply(to: embedding).map { max($0, 0) })) else {
      throw .notFinite
    }
    return logits
  }

  /// What the heads see, with the in-scope intents from the most probable on, and all probabilities.
  package func features(
    logits: [Float], embedding: [Float]
  ) -> (order: [Int], probabilities: [Float], features: Classification.Features) {
    var (order, probabilities, features) = features(logits: logits)
    let cosines = parts.centres.map { DenseLayer.dot($0[...], embedding) }
    features[.centreCosine] = cosines[order[0]]
    features[.bestCentreCosine] = cosines.max() ?? 0
    if let prototypes = parts.prototypes {
      let near = prototypes.distances(prototypes.cosines(embedding), intent: order[0], intents: intents.count)
      features[.nearest] = near.nearest
      features[.ownNearest] = near.own
      features[.meanNearest] = near.meanNearest
      features[.outOfScopeNearest] = near.outOfScope
    }
    return (order, probabilities, features)
  }

  /// The part of it that the network's outputs alone give.
  func features(
    logits: [Float]
  ) -> (order: [Int], probabilities: [Float], features: Classification.Features) {
    let probabilities = Self.softmax(logits.map { $0 / parts.temperature })
    let inScope = probabilities.prefix(intents.count)
    // Equal probabilities keep the order of the intents.
    let order = inScope.indices.sorted { (inScope[$1], $0) < (inScope[$0], $1) }
    let (best, second) = (order[0], order.count > 1 ? order[1] : nil)
    var features = Classification.Features()
    features[.probability] = inScope[best]
    features[.margin] = inScope[best] - (second.map { inScope[$0] } ?? 0)
    features[.energy] = Self.logSumExp(logits)
    features[.logOdds] = Self.logOdds(inScope[best])
    features[.largestLogit] = logits[best]
    features[.logitMargin] = second.map { logits[best] - logits[$0] } ?? 0
    features[.entropy] = -probabilities.reduce(Float(0)) { $1 > 0 ? $0 + $1 * $1.logarithm : $0 }
    if logits.count > intents.count {
      features[.outOfScopeProbability] = probabilities[intents.count]
      features[.outOfScopeLogit] = logits[intents.count] - logits[best]
    }
    return (order, probabilities, features)
  }

  static func logOdds(_ probability: Float) -> Float {
    let kept = min(max(probability, 1e-6), 1 - 1e-6)
    return kept.logarithm - (1 - kept).logarithm
  }

  private func finite(_ values: [Float]) -> [Float]? { values.allSatisfy(\.isFinite) ? values : nil }

  static func logSumExp(_ values: [Float]) -> Float {
    let largest = values.max() ?? 0
    return largest + values.reduce(Float(0)) { $0 + exponential($1 - largest) }.logarithm
  }

  static func softmax(_ values: [Float]) -> [Float] {
    let largest = values.max() ?? 0
    let powers = values.map { exponential($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
