/// How a classifier is trained; the defaults hold for a few examples an intent as for a hundred.
package struct TrainingOptions: Sendable {
  package var seed: UInt64 = 1
  /// Most passes over the rows; nil chooses by their number.
  package var epochs: Int?
  /// Networks of different seeds whose logits are averaged: they are trained side by side.
  package var members = 2
  /// Hidden units of each.
  package var hidden = 256
  package var folds = 5
  package var learningRate: Float = 1e-3
  package var weightDecay: Float = 2e-2
  package var dropout = 0.4
  /// Standard deviation of the noise on inputs whose elements are about 1.
  package var noise: Float = 0.7
  package var smoothing: Float = 0.03
  package var prototypesPerIntent = 12
  /// Passes without a better held-out loss after which training ends.
  package var patience = 8
  /// Share of prompts out of scope that the calibration assumes; nil is the rows' own share.
  package var outOfScopeShare: Double?

  package init() {}

  func batch(rows: Int) -> Int { rows >= 6000 ? 128 : rows >= 600 ? 64 : rows >= 100 ? 32 : 8 }

  /// About 1 400 steps where rows are few, and 30 passes where they are many.
  func passes(rows: Int) -> Int {
    if let epochs { return epochs }
    let steps = max((rows + batch(rows: rows) - 1) / batch(rows: rows), 1)
    return min(max(1400 / steps, 30), 150)
  }
}

/// Rows as training sees them.
package struct TrainingRows: Sendable {
  /// Unit-length embeddings.
  package var vectors: [[Float]]
  /// Index of the intent; the number of intents for out of scope.
  package var labels: [Int]
  package var weights: [Float]

  package init(vectors: [[Float]] = [], labels: [Int] = [], weights: [Float] = []) {
    self.vectors = vectors
    self.labels = labels
    self.weights = weights
  }

  var count: Int { labels.count }

  package mutating func append(_ vector: [Float], _ label: Int, _ weight: Float) {
    vectors.append(vector)
    labels.append(label)
    weights.append(weight)
  }

  func subset(_ indices: [Int]) -> TrainingRows {
    TrainingRows(
      vectors: indices.map { vectors[$0] }, labels: indices.map { labels[$0] }, weights: indices.map { weights[$0] })
  }
}
