/// Two bundles on the same rows: what the difference of each figure is worth.
package struct PairedComparison: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    package let figure: Figure
    /// Nil where the rows do not define the figure.
    package let first: Double?
    package let second: Double?
    /// First minus second, over resamples of the same rows.
    package let interval: Interval?
    /// Two-sided: how often a difference of at least this size would come about if there were none, from how many
    /// resamples fall on either side of 0; at least 2 / (resamples + 1).
    package let pValue: Double?

    package var difference: Double? {
      guard let first, let second else { return nil }
      return first - second
    }
  }

  package let lines: [Line]
  /// Rows that only the first, or only the second, names right (in scope).
  package let onlyFirstRight: Int
  package let onlySecondRight: Int

  /// `first` and `second` judge the same examples in the same order.
  static func make(_ first: JudgedRows, _ second: JudgedRows) async -> PairedComparison {
    precondition(
      first.examples.count == second.examples.count
        && zip(first.examples, second.examples).allSatisfy { $0.id == $1.id },
      "Two bundles are compared on the same examples only.")
    let figures = Figure.compared
    let options = first.options
    let bootstrap = Bootstrap(
      rows: first.examples.count, resamples: options.resamples, seed: options.seed, jobs: options.jobs)
    let resampled = await bootstrap.run { counts in
      let one = first.values(figures, weights: zip(counts, first.weights).map { $0 * $1 })
      let two = second.values(figures, weights: zip(counts, second.weights).map { $0 * $1 })
      return zip(one, two).map { one, two in
        guard let one, let two else { return nil }
        return one - two
      }
    }
    let ones = first.values(figures, weights: first.weights)
    let twos = second.values(figures, weights: second.weights)
    let lines = figures.indices.map { index in
      let differences = resampled.compactMap { $0[index] }
      return Line(
        figure: figures[index], first: ones[index], second: twos[index], interval: Interval(percentilesOf: differences),
        pValue: pValue(differences))
    }
    let pairs = zip(first.examples, second.examples)
    return PairedComparison(
      lines: lines, onlyFirstRight: pairs.count { $0.isRight && !$1.isRight },
      onlySecondRight: pairs.count { !$0.isRight && $1.isRight })
  }

  /// Nil where there are too few resamples to tell.
  static func pValue(_ differences: [Double]) -> Double? {
    guard differences.count >= 20 else { return nil }
    let below = differences.count { $0 <= 0 }
    let above = differences.count { $0 >= 0 }
    return min(1, 2 * Double(min(below, above) + 1) / Double(differences.count + 1))
  }
}
