/// How far stated confidences are from what happens.
struct Calibration: Sendable {
  struct Bin: Sendable, Equatable {
    /// Lowest and highest confidence that belong to the bin.
    let range: ClosedRange<Double>
    /// Summed weight of its rows.
    let weight: Double
    /// Weighted means over its rows.
    let confidence: Double
    let accuracy: Double
  }

  /// Bins with rows, in rising order.
  let bins: [Bin]

  /// Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by their rows.
  var error: Double {
    let total = bins.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + $1.weight * ($1.confidence - $1.accuracy).magnitude } / total
  }

  /// `count` bins of the same width over 0 to 1, each without its lower end except the first (Naeini et al. 2015).
  ///
  /// `groups` are rows of equal confidence in falling order, the positive ones right.
  init(equalWidth count: Int, _ groups: [TiedRanking.Group]) {
    var sums = [Sum](repeating: Sum(), count: count)
    for group in groups {
      sums[min(max(Int((group.value * Double(count)).rounded(.up)) - 1, 0), count - 1)].add(group)
    }
    let width = 1 / Double(count)
    bins = sums.enumerated().compactMap { index, sum in
      sum.bin(Double(index) * width...Double(index + 1) * width)
    }
  }

  /// About `count` bins of the same weight; rows of equal confidence stay together, so a bin may be heavier.
  init(equalMass count: Int, _ groups: [TiedRanking.Group]) {
    let total = groups.reduce(0) { $0 + $1.weight }
    var (bins, sum, taken): ([Bin], Sum, Double) = ([], Sum(), 0)
    var due = total / Double(count)
    for group in groups.reversed() {
      sum.add(group)
      taken += group.weight
      if taken >= due - 1e-9 * total, let bin = sum.bin(sum.low...group.value) {
        bins.append(bin)
        sum = Sum()
        due = total * ((taken / total * Double(count) + 1e-9).rounded(.down) + 1) / Double(count)
      }
    }
    if let last = groups.first, let bin = sum.bin(min(sum.low, last.value)...last.value) { bins.append(bin) }
    self.bins = bins
  }

  private struct Sum {
    var weight = 0.0
    var confidence = 0.0
    var right = 0.0
    var low = 1.0

    mutating func add(_ group: TiedRanking.Group) {
      weight += group.weight
      confidence += group.weight * group.value
      right += group.positive
      low = min(low, group.value)
    }

    func bin(_ range: ClosedRange<Double>) -> Bin? {
      guard weight > 0 else { return nil }
      return Bin(range: range, weight: weight, confidence: confidence / weight, accuracy: right / weight)
    }
  }

  /// Mean squared distance of confidence and outcome (1 right, 0 wrong); 0 where there are no rows.
  static func brierScore(_ groups: [TiedRanking.Group]) -> Double {
    let total = groups.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return 0 }
    let sum = groups.reduce(0) { sum, group in
      sum + group.positive * (1 - group.value) * (1 - group.value) + group.negative * group.value * group.value
    }
    return sum / total
  }
}
