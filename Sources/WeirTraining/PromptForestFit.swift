internal import WeirClassifier
internal import WeirDomain
internal import WeirRisk

/// Fits a forest to what people say of answers: whether each tier's was good enough, how hard the prompt is.
struct PromptForestFit: Sendable {
  /// Fewer labels of an output teach nothing that holds.
  static let fewest = 50
  private static let components = 16
  private static let folds = 5
  /// More rows hardly change the forest.
  private static let most = 20_000
  /// Leaves of a tree, at most about: it bounds the file.
  private static let mostLeaves = 160

  let forest: PromptForest
  /// Calibrated predictions for rows by forests that did not see them, one an output, beside the rows' own labels.
  let heldOut: [(output: PromptForest.Output, predictions: [Double], labels: [Double])]

  /// Nil where no output has enough labels of more than one kind. Rows are texts with their embeddings.
  init?(
    texts: [String], vectors: [[Float]], labels: [PromptForest.Output: [Double?]], seed: UInt64, trees count: Int = 100
  ) {
    let outputs = PromptForest.Output.allCases.filter { output in
      let known = labels[output]?.compactMap { $0 } ?? []
      return known.count >= Self.fewest && Set(known).count > 1
    }
    guard !outputs.isEmpty else { return nil }
    let labelled = texts.indices.filter { row in outputs.contains { labels[$0]?[row] != nil } }
    let stride = (labelled.count + Self.most - 1) / Self.most
    let used = labelled.indices.filter { $0 % stride == 0 }.map { labelled[$0] }
    let projection = PrincipalComponents.projection(
      of: used.map { vectors[$0] }, count: Self.components, seed: seed)
    let found = used.map { row in outputs.map { labels[$0]?[row] } }
    // Rows that stand together are often alike: folds are drawn by chance.
    let fold = Folds.stratified(used.map { _ in 0 }, folds: Self.folds, seed: seed)
    let scores = Self.scores(used.map { texts[$0] }, found, fold)
    let inputs = ParallelJobs.run(used.count) { row in
      PromptForest.inputs(of: texts[used[row]], embedding: vectors[used[row]], projection: projection)
        + scores.heldOut[row]
    }
    let options = ExtraTrees.Options(trees: count, leaf: max(25, used.count / Self.mostLeaves))
    let trees = ExtraTrees(
      options: options, columns: inputs[0].indices.map { column in inputs.map { $0[column] } },
      targets: found.flatMap { $0.map { $0 ?? 0 } }, known: found.flatMap { $0.map { $0 == nil ? 0 : 1 } },
      outputs: outputs.count)
    // The last forest is grown on all rows.
    let grown = ParallelJobs.run((Self.folds + 1) * options.trees) { job in
      let left = job / options.trees
      return trees.grow(
        on: used.indices.filter { fold[$0] != left }.map { Int32($0) }, seed: seed &* 0x9E37_79B9 &+ UInt64(job))
    }
    let forests = (0...Self.folds).map { part in
      Self.forest(
        outputs, projection, scores.whole, grown[(part * options.trees)..<((part + 1) * options.trees)])
    }
    let means = ParallelJobs.run(used.count) { row in forests[fold[row]].means(inputs[row]) }
    var forest = forests[Self.folds]
    var heldOut: [(PromptForest.Output, [Double], [Double])] = []
    for (place, output) in outputs.enumerated() {
      let rows = used.indices.filter { found[$0][place] != nil }
      let targets = rows.map { found[$0][place] ?? 0 }
      let raw = rows.map { Self.logOdds(Double(means[$0][place])) }
      let curve = Self.curve(raw, targets)
      forest.curves[place] = .init(slope: Float(curve.slope), offset: Float(curve.offset))
      heldOut.append((output, raw.map { Exponential.sigmoid(curve.slope * $0 + curve.offset) }, targets))
    }
    self.forest = forest
    self.heldOut = heldOut
  }

  /// Scores by the grams: fitted to all rows, and for each row by a fit that did not see its fold.
  private static func scores(
    _ texts: [String], _ found: [[Double?]], _ fold: [Int]
  ) -> (whole: GramScores, heldOut: [[Float]]) {
    let grams = ParallelJobs.run(texts.count) { PromptGrams(of: texts[$0]) }
    let outputs = found[0].count
    let fits = ParallelJobs.run((folds + 1) * outputs) { job in
      let (left, output) = (job / outputs, job % outputs)
      return GramRidge.fit(
        grams, targets: found.map { $0[output] ?? 0 },
        rows: grams.indices.filter { fold[$0] != left && found[$0][output] != nil })
    }
    let scores = (0...folds).map { part in
      let own = fits[(part * outputs)..<((part + 1) * outputs)]
      return GramScores(bias: own.map { Float($0.bias) }, weights: own.flatMap { $0.weights.map { Float($0) } })
    }
    return (scores[folds], ParallelJobs.run(grams.count) { scores[fold[$0]].scores(grams[$0]) })
  }

  private static func logOdds(_ mean: Double) -> Double {
    let kept = min(max(mean, 1e-3), 1 - 1e-3)
    return Exponential.logarithm(kept) - Exponential.logarithm(1 - kept)
  }

  /// Platt's curve; a falling one would contradict the trees, and then they say nothing.
  private static func curve(_ scores: [Double], _ targets: [Double]) -> (slope: Double, offset: Double) {
    let fit = LogisticRegression(
      rows: scores.map { [$0] }, columns: 1, targets: targets, rowWeights: scores.map { _ in 1 }, strength: 1)
    if fit.weights[0] > 0 { return (fit.weights[0], fit.bias) }
    return (0, logOdds(targets.reduce(0, +) / Double(targets.count)))
  }

  /// Trees one after the other, their places moved behind those before.
  private static func forest(
    _ outputs: [PromptForest.Output], _ projection: DenseLayer, _ grams: GramScores,
    _ trees: ArraySlice<ExtraTrees.Tree>
  ) -> PromptForest {
    var forest = PromptForest(
      outputs: outputs, projection: projection, grams: grams, roots: [], nodes: [], values: [],
      curves: outputs.map { _ in .init(slope: 1, offset: 0) })
    for tree in trees {
      let (nodes, leaves) = (Int32(forest.nodes.count), Int32(forest.values.count / outputs.count))
      forest.roots.append(nodes)
      forest.nodes += tree.nodes.map {
        .init(input: $0.input, threshold: $0.threshold, next: $0.next + ($0.input < 0 ? leaves : nodes))
      }
      forest.values += tree.values
    }
    return forest
  }
}
