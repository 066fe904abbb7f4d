/// A calibration curve: rising, fitted by pooling adjacent violators, with no more certainty than its evidence.
///
/// Each pool of n predictions of which r were right claims (r + 1) / (n + 2), Laplace's rule: twenty right ones of twenty
/// claim 0.95 and not 1. With weighted rows n is the effective number of rows, (sum w)^2 / (sum w^2).
package struct IsotonicCurve: Sendable, Equatable {
  /// Strictly rising, within 0...1; piecewise linear between.
  package let x: [Float]
  /// Rising as well, within 0...1.
  package let y: [Float]

  private struct Pool {
    var low: Double
    var high: Double
    var weight: Double
    var squares: Double
    var right: Double

    var mean: Double { right / weight }

    mutating func merge(_ other: Pool) {
      low = min(low, other.low)
      high = max(high, other.high)
      weight += other.weight
      squares += other.squares
      right += other.right
    }

    /// Laplace's rule with the effective number of rows.
    var claim: Double {
      let count = weight * weight / squares
      return (mean * count + 1) / (count + 2)
    }
  }

  /// At most `knots` pools are kept; at least one prediction.
  package init(scores: [Double], right: [Bool], weights: [Double], knots: Int = 48) {
    precondition(!scores.isEmpty && scores.count == right.count && scores.count == weights.count, "Nothing to fit.")
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    // A pool must have some evidence of its own, or the rule above would bend every curve towards one half.
    let least = weights.reduce(0, +) / Double(knots)
    var pools: [Pool] = []
    var open: Pool?
    for (place, index) in order.enumerated() {
      let weight = weights[index]
      let row = Pool(
        low: scores[index], high: scores[index], weight: weight, squares: weight * weight,
        right: right[index] ? weight : 0)
      if open == nil { open = row } else { open?.merge(row) }
      let isTied = place + 1 < order.count && scores[order[place + 1]] == scores[index]
      if let full = open, full.weight >= least, !isTied {
        Self.push(full, onto: &pools)
        open = nil
      }
    }
    if let rest = open {
      if pools.isEmpty { pools.append(rest) } else { Self.mergeLast(rest, into: &pools) }
    }
    (x, y) = Self.knots(pools)
  }

  /// The calibrated value of a score: linear between the knots, constant outside.
  package func value(at score: Double) -> Double {
    guard let first = x.first, let last = x.last, score > Double(first) else { return Double(y.first ?? 0) }
    guard score < Double(last), let right = x.firstIndex(where: { Double($0) > score }) else {
      return Double(y[y.count - 1])
    }
    let (x0, x1) = (Double(x[right - 1]), Double(x[right]))
    return Double(y[right - 1]) + (score - x0) / (x1 - x0) * Double(y[right] - y[right - 1])
  }

  private static func push(_ pool: Pool, onto pools: inout [Pool]) {
    var pool = pool
    while let last = pools.last, last.mean >= pool.mean {
      pools.removeLast()
      pool.merge(last)
    }
    pools.append(pool)
  }

  private static func mergeLast(_ rest: Pool, into pools: inout [Pool]) {
    var last = pools.removeLast()
    last.merge(rest)
    push(last, onto: &pools)
  }

  /// One knot in the middle of each pool, and one at either end; the claims are made to rise once more, because small
  /// pools claim less, and strictly: rows of different scores keep different confidences.
  private static func knots(_ pools: [Pool]) -> ([Float], [Float]) {
    var (x, y): ([Float], [Float]) = ([0], [0])
    let step: Float = 1e-4
    for pool in pools {
      let middle = Float(min(max((pool.low + pool.high) / 2, 0), 1))
      let claim = min(Float(pool.claim), 1)
      if middle <= x[x.count - 1] {
        y[y.count - 1] = max(claim, y[y.count - 1])
      } else {
        x.append(middle)
        y.append(max(claim, y[y.count - 1] + step))
      }
    }
    // The last claim is the highest one: its pool comes to it from a little below.
    if let last = x.last, last < 1, x.count > 1 {
      let highest = y[y.count - 1]
      y[y.count - 1] = max(highest - 20 * step, (y[y.count - 2] + highest) / 2)
      x.append(1)
      y.append(highest)
    }
    return (x, y.map { min($0, 1) })
  }
}
