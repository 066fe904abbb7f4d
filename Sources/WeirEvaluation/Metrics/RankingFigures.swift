/// How well a score puts the positive rows above the negative ones, from groups in falling order of the score.
struct RankingFigures: Sendable {
  /// The state after all rows at or above a value are taken.
  struct Point: Sendable, Equatable {
    let value: Double
    /// Shares, 0 to 1, of the positive and of the negative rows taken.
    let recall: Double
    let falsePositiveRate: Double
    let precision: Double
  }

  /// From the highest value to the lowest; without the start at (0, 0).
  let points: [Point]

  /// Nil where there are no positive or no negative rows.
  init?(_ groups: [TiedRanking.Group]) {
    let positives = groups.reduce(0) { $0 + $1.positive }
    let negatives = groups.reduce(0) { $0 + $1.negative }
    guard positives > 0, negatives > 0 else { return nil }
    var (taken, wrong) = (0.0, 0.0)
    points = groups.map { group in
      taken += group.positive
      wrong += group.negative
      return Point(
        value: group.value, recall: taken / positives, falsePositiveRate: wrong / negatives,
        precision: taken / (taken + wrong))
    }
  }

  /// Area under the ROC curve: the chance that a positive row stands above a negative one, ties counted half.
  var areaUnderROC: Double {
    var (area, recall, rate) = (0.0, 0.0, 0.0)
    for point in points {
      area += (point.falsePositiveRate - rate) * (point.recall + recall) / 2
      (recall, rate) = (point.recall, point.falsePositiveRate)
    }
    return area
  }

  /// Area under the precision-recall curve as average precision: precision at each value, weighted by the recall gained.
  var averagePrecision: Double {
    var (area, recall) = (0.0, 0.0)
    for point in points {
      area += (point.recall - recall) * point.precision
      recall = point.recall
    }
    return area
  }

  /// The last point at which at most `rate` of the negative rows are taken; nil where the first one takes more.
  func point(atFalsePositiveRate rate: Double) -> Point? {
    // The sums are of whole numbers or of equal weights: the slack is for their division only.
    points.last { $0.falsePositiveRate <= rate + 1e-12 }
  }
}
