/// A calibration curve: never falling, fitted by pooling adjacent violators, with no more certainty than its evidence.
///
/// Each pool of n predictions of which r were right claims (r + 1) / (n + 2), Laplace's rule: twenty right ones of twenty
/// claim 0.95 and not 1. With weighted rows n is the effective number of rows, (sum w)^2 / (sum w^2).
struct IsotonicCurve: Sendable, Equatable {
  /// Strictly rising, within 0...1; piecewise linear between.
  var x: [Float]
  /// Never falling, within 0...1.
  var y: [Float]

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
  init(scores: [Double], right: [Bool], weights: [Double], knots: Int = 48) {
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

  /// One knot in the middle of each pool; the claims are made to rise once more, because small pools claim less.
  private static func knots(_ pools: [Pool]) -> ([Float], [Float]) {
    var x: [Float] = []
    var y: [Float] = []
    var largest: Float = 0
    for pool in pools {
      let middle = Float(min(max((pool.low + pool.high) / 2, 0), 1))
      largest = max(largest, min(Float(pool.claim), 1))
      if let last = x.last, middle <= last {
        y[y.count - 1] = largest
      } else {
        x.append(middle)
        y.append(largest)
      }
    }
    return (x, y)
  }
}
