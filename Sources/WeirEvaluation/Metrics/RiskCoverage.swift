internal import Glibc

/// What share of rows can be answered, most confident first, and how many of those answers are wrong.
///
/// Made from groups of equal confidence in falling order, whose positive rows are the right ones. A threshold on the
/// confidence cannot split a group, so every point is one that a threshold reaches.
struct RiskCoverage: Sendable {
  struct Point: Sendable, Equatable {
    /// Confidence of the last group taken.
    let threshold: Double
    /// Share of the rows taken, above 0.
    let coverage: Double
    /// Share of the taken rows that are right.
    let accuracy: Double
    var risk: Double { 1 - accuracy }
  }

  let points: [Point]
  /// Mean risk over all coverages from 0 to 1 (AURC; Geifman, Uziel and El-Yaniv 2019), exact for rows in random order
  /// within a group, with rows taken as a continuum.
  let area: Double

  /// Nil where there are no rows.
  init?(_ groups: [TiedRanking.Group]) {
    let total = groups.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    var (taken, wrong, area) = (0.0, 0.0, 0.0)
    var points: [Point] = []
    points.reserveCapacity(groups.count)
    for group in groups {
      let rate = group.negative / group.weight
      // Integral of (wrong + rate * (x - taken)) / x over the group's stretch of x.
      area += rate * group.weight
      if taken > 0 { area += (wrong - rate * taken) * log((taken + group.weight) / taken) }
      taken += group.weight
      wrong += group.negative
      points.append(Point(threshold: group.value, coverage: taken / total, accuracy: 1 - wrong / taken))
    }
    self.points = points
    self.area = area / total
  }

  /// The point of most coverage whose accuracy is at least `accuracy`; nil where there is none.
  func point(atAccuracy accuracy: Double) -> Point? {
    points.last { $0.accuracy >= accuracy - 1e-12 }
  }

  /// The first point that covers at least `coverage`.
  func point(atCoverage coverage: Double) -> Point? {
    points.first { $0.coverage >= coverage - 1e-12 }
  }
}
