/// Names the intent of a prompt from its embedding, with a calibrated confidence and an out-of-scope score.
///
/// One hidden layer over the encoder's unit-length vector; six features of its output feed two logistic heads, the
/// first of which is calibrated by isotonic regression. A pass over 384 dimensions costs about 0.1 M multiplications.
/// All weights were checked when the file was read: shapes, finite values, monotone knots.
package struct IntentClassifier: Sendable {
  /// In-scope intents in the order of the classifier's outputs; out-of-scope is one output more.
  package let intents: [String]
  /// Length of the embeddings that are classified.
  package let dimensions: Int
  /// Fingerprint of the encoder whose embeddings the classifier was trained on.
  package let encoderFingerprint: String
  let hidden: DenseLayer
  let output: DenseLayer
  /// Divides logits before the softmax; above 0.
  let temperature: Float
  /// One unit-length vector per intent.
  let centres: [[Float]]
  let heads: ConfidenceHeads

  /// The most probable intents that `Classification.ranked` holds.
  static let rankedCount = 3

  /// Classifies one unit-length embedding of `dimensions` finite values.
  package func classify(embedding: [Float]) throws(ClassifierFailure) -> Classification {
    guard embedding.count == dimensions else {
      throw .wrongDimensions(found: embedding.count, allowed: dimensions)
    }
    guard let logits = finite(output.apply(to: hidden.apply(to: embedding).map { max($0, 0) })) else {
      throw .notFinite
    }
    let cosines = centres.map { DenseLayer.dot($0[...], embedding) }
    let (order, probabilities, features) = features(logits: logits) { best in (cosines[best], cosines.max() ?? 0) }
    return Classification(
      intent: intents[order[0]],
      confidence: heads.confidence(features),
      outOfScope: heads.outOfScope(features),
      ranked: order.prefix(Self.rankedCount).map {
        Classification.Ranked(intent: intents[$0], probability: probabilities[$0])
      },
      features: features)
  }

  /// What the heads see, with the in-scope intents from the most probable on, and all probabilities.
  ///
  /// `cosines` gives, for the best intent, the cosine to its centre and the largest to any centre.
  func features(
    logits: [Float], cosines: (Int) -> (own: Float, best: Float)
  ) -> (order: [Int], probabilities: [Float], features: Classification.Features) {
    let probabilities = Self.softmax(logits.map { $0 / temperature })
    let inScope = probabilities.dropLast()
    // Equal probabilities keep the order of the intents.
    let order = inScope.indices.sorted { (inScope[$1], $0) < (inScope[$0], $1) }
    let (own, best) = cosines(order[0])
    let features = Classification.Features(
      probability: inScope[order[0]],
      margin: inScope[order[0]] - (order.count > 1 ? inScope[order[1]] : 0),
      outOfScopeProbability: probabilities[intents.count],
      energy: Self.logSumExp(logits),
      centreCosine: own,
      bestCentreCosine: best)
    return (order, probabilities, features)
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
