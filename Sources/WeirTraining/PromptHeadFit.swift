internal import WeirClassifier

/// Fits a logistic head on embeddings to labels from 0 to 1.
enum PromptHeadFit {
  static let fewest = 50
  /// Embeddings have length 1, so weights must be some tens long before they say anything.
  private static let strength = 1.0
  /// More rows change little and cost their number times the square of the dimensions.
  private static let most = 6000

  /// Nil with too few labels or with all of one kind. The AUROC is that of predictions for folds a fit did not see.
  static func fit(_ vectors: [[Float]], _ labels: [Double?]) -> (head: PromptHead, auroc: Double?)? {
    let labelled = vectors.indices.filter { labels[$0] != nil }
    let stride = max(1, (labelled.count + most - 1) / most)
    let used = labelled.indices.filter { $0 % stride == 0 }.map { labelled[$0] }
    let targets = used.map { labels[$0] ?? 0 }
    guard used.count >= fewest, Set(targets).count > 1 else { return nil }
    let rows = used.map { vectors[$0].map { Double($0) } }
    let columns = rows[0].count
    @Sendable func model(_ kept: [Int]) -> LogisticRegression {
      LogisticRegression(
        rows: kept.map { rows[$0] }, columns: columns, targets: kept.map { targets[$0] },
        rowWeights: kept.map { _ in 1 }, strength: strength, steps: 8)
    }
    let folds = 4
    let fits = ParallelJobs.run(folds + 1) { fold in model(rows.indices.filter { fold == folds || $0 % folds != fold })
    }
    let scores = rows.indices.map { fits[$0 % folds].score(rows[$0]) }
    let whole = fits[folds]
    let auroc = RankStatistic.auroc(
      positives: rows.indices.filter { targets[$0] > 0.5 }.map { scores[$0] },
      negatives: rows.indices.filter { targets[$0] <= 0.5 }.map { scores[$0] })
    return (PromptHead(weights: whole.weights.map { Float($0) }, bias: Float(whole.bias)), auroc)
  }
}
