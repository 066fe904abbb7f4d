package import WeirDomain

/// How likely each tier's answer to a prompt is good enough, and how hard the prompt is: what labelled prompts taught.
///
/// Extremely randomized trees over the surface of the text, the leading principal components of the embedding and a linear
/// score of the text's grams for each output (stacked: the trees were grown on scores of models that did not see the row). A
/// leaf holds the mean of its rows for every output. The trees' mean is calibrated by a logistic curve an output, fitted
/// to predictions for rows that the predicting trees did not see. A prediction costs two passes over the text, a dot
/// product a component and a few hundred comparisons. Everything was checked when the file was read: places, order, ranges.
package struct PromptForest: Sendable, Equatable {
  /// What is predicted.
  package enum Output: String, Sendable, Hashable, CaseIterable {
    /// That the answer of this tier is good enough: the local generator's, or a remote tier's.
    case generator, economy, standard, premium
    /// How hard the prompt is, 0 to 1, as its labels say.
    case complexity

    /// Nil for complexity.
    package var tier: Tier? { Tier(rawValue: rawValue) }
  }

  /// A question, `input` at most `threshold`, with `next` for yes and `next + 1` for no; or, with an `input` below 0,
  /// a leaf whose values begin at `next` times the number of outputs.
  package struct Node: Sendable, Equatable {
    package var input: Int32
    package var threshold: Float
    package var next: Int32

    package init(input: Int32, threshold: Float, next: Int32) {
      self.input = input
      self.threshold = threshold
      self.next = next
    }
  }

  /// p = sigmoid(slope logit(mean) + offset); the slope is 0 or above.
  package struct Curve: Sendable, Equatable {
    package var slope: Float
    package var offset: Float

    package init(slope: Float, offset: Float) {
      self.slope = slope
      self.offset = offset
    }

    func value(_ mean: Float) -> Float {
      let kept = min(max(mean, 1e-3), 1 - 1e-3)
      return ConfidenceHeads.sigmoid(slope * (kept.logarithm - (1 - kept).logarithm) + offset)
    }
  }

  package static let mostTrees = 1024
  package static let mostNodes = 1 << 18
  package static let mostComponents = 64

  /// Different ones; at least one.
  package var outputs: [Output]
  /// From an embedding to its principal components.
  package var projection: DenseLayer
  /// One score an output.
  package var grams: GramScores
  /// The first node of each tree; ascending, the first is 0.
  package var roots: [Int32]
  /// Tree after tree; a node's children stand behind it.
  package var nodes: [Node]
  /// Leaf after leaf, one value an output, 0 to 1.
  package var values: [Float]
  /// One an output.
  package var curves: [Curve]

  package init(
    outputs: [Output], projection: DenseLayer, grams: GramScores, roots: [Int32], nodes: [Node], values: [Float],
    curves: [Curve]
  ) {
    self.outputs = outputs
    self.projection = projection
    self.grams = grams
    self.roots = roots
    self.nodes = nodes
    self.values = values
    self.curves = curves
  }

  /// What the trees ask about before the scores: the surface, then the components.
  package static func inputs(of text: String, embedding: [Float], projection: DenseLayer) -> [Float] {
    PromptSurface(of: text).values + projection.apply(to: embedding)
  }

  /// One calibrated value an output, 0 to 1, in the order of `outputs`.
  package func predict(_ text: String, embedding: [Float]) -> [Float] {
    let inputs = Self.inputs(of: text, embedding: embedding, projection: projection)
    let means = means(inputs + grams.scores(PromptGrams(of: text)))
    return zip(means, curves).map { $1.value($0) }
  }

  /// The trees' mean for each output.
  package func means(_ inputs: [Float]) -> [Float] {
    var sums = [Float](repeating: 0, count: outputs.count)
    for root in roots {
      var node = nodes[Int(root)]
      while node.input >= 0 { node = nodes[Int(node.next) + (inputs[Int(node.input)] <= node.threshold ? 0 : 1)] }
      let start = Int(node.next) * outputs.count
      for output in sums.indices { sums[output] += values[start + output] }
    }
    return sums.map { $0 / Float(roots.count) }
  }
}

extension PromptForest {
  /// What the prediction says: a calibrated probability a tier, and the complexity where it was learned.
  func reading(_ text: String, embedding: [Float]) -> (sufficiency: [Tier: Float], complexity: Float?) {
    var sufficiency: [Tier: Float] = [:]
    var complexity: Float?
    for (output, value) in zip(outputs, predict(text, embedding: embedding)) {
      if let tier = output.tier { sufficiency[tier] = value } else { complexity = value }
    }
    return (sufficiency, complexity)
  }
}
