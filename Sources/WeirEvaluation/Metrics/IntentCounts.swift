/// Right and wrong answers by intent, over the in-scope rows and without the gate.
struct IntentCounts: Sendable {
  /// By intent: rows that expect it, rows that name it, rows that do both.
  private(set) var support: [Double]
  private(set) var predicted: [Double]
  private(set) var right: [Double]

  init(intents: Int, _ examples: [JudgedExample], weights: [Double]) {
    support = [Double](repeating: 0, count: intents)
    predicted = support
    right = support
    for (row, example) in examples.enumerated() {
      guard let expected = example.expected else { continue }
      support[expected] += weights[row]
      predicted[example.predicted] += weights[row]
      if expected == example.predicted { right[expected] += weights[row] }
    }
  }

  /// Share of in-scope rows whose intent is named; nil without such rows.
  var accuracy: Double? {
    let rows = support.reduce(0, +)
    return rows > 0 ? right.reduce(0, +) / rows : nil
  }

  /// Nil where no row names the intent.
  func precision(_ intent: Int) -> Double? { predicted[intent] > 0 ? right[intent] / predicted[intent] : nil }

  /// Nil where no row expects the intent.
  func recall(_ intent: Int) -> Double? { support[intent] > 0 ? right[intent] / support[intent] : nil }

  /// Harmonic mean of precision and recall, 0 where nothing is right; nil where no row expects the intent.
  func f1(_ intent: Int) -> Double? {
    support[intent] > 0 ? 2 * right[intent] / (support[intent] + predicted[intent]) : nil
  }

  /// Mean F1 of the intents that rows expect; nil without such rows.
  var macroF1: Double? {
    let scores = support.indices.compactMap(f1)
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }
}
