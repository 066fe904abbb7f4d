internal import WeirDomain

/// Which fold each row belongs to: every label is spread evenly over the folds.
enum Folds {
  static func stratified(_ labels: [Int], folds: Int, seed: UInt64) -> [Int] {
    var random = SplitMix64(seed: seed)
    var assignment = [Int](repeating: 0, count: labels.count)
    var next = 0
    for (_, rows) in Dictionary(grouping: labels.indices, by: { labels[$0] }).sorted(by: { $0.key < $1.key }) {
      for row in rows.shuffled(using: &random) {
        assignment[row] = next % folds
        next += 1
      }
    }
    return assignment
  }
}
