/// Rows from the highest value to the lowest, those with the same value as one group: no figure may depend on the order
/// in which equal rows happen to stand.
struct TiedRanking: Sendable {
  /// The rows of one value, summed by weight.
  struct Group: Sendable, Equatable {
    let value: Double
    let positive: Double
    let negative: Double
    var weight: Double { positive + negative }
  }

  private let order: [Int]
  /// One past the last place of each group in `order`.
  private let ends: [Int]
  private let values: [Double]

  init(of values: [Double]) {
    self.values = values
    order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    var ends: [Int] = []
    for (place, row) in order.enumerated() where place + 1 == order.count || values[order[place + 1]] != values[row] {
      ends.append(place + 1)
    }
    self.ends = ends
  }

  /// The groups in order, without those of no weight.
  func groups(weights: [Double], isPositive: [Bool]) -> [Group] {
    var groups: [Group] = []
    groups.reserveCapacity(ends.count)
    var place = 0
    for end in ends {
      var (positive, negative) = (0.0, 0.0)
      while place < end {
        let row = order[place]
        if isPositive[row] { positive += weights[row] } else { negative += weights[row] }
        place += 1
      }
      if positive + negative > 0 {
        groups.append(Group(value: values[order[end - 1]], positive: positive, negative: negative))
      }
    }
    return groups
  }
}
