package import WeirClassifier

/// How well an output of the forest is predicted for rows that the predicting trees did not see.
package struct ForestFigure: Sendable, Equatable {
  package let output: PromptForest.Output
  package let rows: Int
  /// Mean of the labels, 0 to 1.
  package let mean: Double
  /// Labels above one half against the others; nil where all are of one kind.
  package let auroc: Double?
  /// Mean squared error of the predictions, and of always predicting the mean.
  package let brier: Double
  package let brierOfMean: Double

  init(_ output: PromptForest.Output, _ predictions: [Double], _ labels: [Double]) {
    self.output = output
    rows = labels.count
    let mean = labels.reduce(0, +) / Double(labels.count)
    self.mean = mean
    auroc = RankStatistic.auroc(
      positives: zip(predictions, labels).filter { $0.1 > 0.5 }.map(\.0),
      negatives: zip(predictions, labels).filter { $0.1 <= 0.5 }.map(\.0))
    brier = zip(predictions, labels).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(labels.count)
    brierOfMean = labels.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(labels.count)
  }
}
