import Glibc
import Testing

@testable import WeirRisk

/// Sums of exact coefficients, slow and simple.
enum Naive {
  /// Pascal's triangle; exact up to 60 rows, as doubles beyond 2^53 round.
  static func choose(_ n: Int, _ k: Int) -> Double {
    guard k >= 0, k <= n else { return 0 }
    var row = [1.0]
    for _ in 0..<n { row = zip([0] + row, row + [0]).map(+) }
    return row[k]
  }

  static func binomialAtMost(_ k: Int, _ n: Int, _ p: Double) -> Double {
    guard k >= 0 else { return 0 }
    return (0...min(k, n)).reduce(0) { $0 + choose(n, $1) * pow(p, Double($1)) * pow(1 - p, Double(n - $1)) }
  }

  static func hypergeometricAtMost(_ k: Int, drawn: Int, population: Int, marked: Int) -> Double {
    guard k >= 0 else { return 0 }
    return (0...k).reduce(0) {
      $0 + choose(marked, $1) * choose(population - marked, drawn - $1) / choose(population, drawn)
    }
  }
}

@Suite struct ExactBoundTests {
  @Test func `a binomial tail is the sum of its terms`() {
    for n in [1, 2, 3, 7, 20, 41] {
      for k in 0...n {
        for p in [0.0, 1e-6, 0.01, 0.1, 0.37, 0.5, 0.77, 0.99, 1] {
          let (found, sum) = (BinomialBound.atMost(k, of: n, share: p), Naive.binomialAtMost(k, n, p))
          #expect((found - sum).magnitude < 1e-11, "n \(n) k \(k) p \(p)")
        }
      }
    }
  }

  @Test func `a hypergeometric tail is the sum of its terms`() {
    for population in [1, 5, 12, 30] {
      for drawn in stride(from: 0, through: population, by: 3) {
        for marked in 0...population {
          for k in 0...drawn {
            let found = HypergeometricTail.atMost(k, drawn: drawn, population: population, marked: marked)
            let sum = Naive.hypergeometricAtMost(k, drawn: drawn, population: population, marked: marked)
            #expect((found - sum).magnitude < 1e-11, "\(k) of \(drawn) from \(population) with \(marked)")
          }
        }
      }
    }
  }

  @Test func `large counts agree with sums of logarithms`() {
    // P(X <= k) by a recurrence on the terms, started at the mode so that nothing is lost.
    for (n, k, p) in [(2_000, 31, 0.02), (100_000, 1_900, 0.02), (100_000, 2_100, 0.02), (50_000, 25_100, 0.5)] {
      var (weights, mode) = ([Double](repeating: 0, count: n + 1), Int(Double(n) * p))
      weights[mode] = 1
      for i in stride(from: mode, to: 0, by: -1) {
        weights[i - 1] = weights[i] * Double(i) / Double(n - i + 1) * (1 - p) / p
      }
      for i in mode..<n { weights[i + 1] = weights[i] * Double(n - i) / Double(i + 1) * p / (1 - p) }
      let naive = weights[...k].reduce(0, +) / weights.reduce(0, +)
      #expect((BinomialBound.atMost(k, of: n, share: p) - naive).magnitude < 1e-9)
    }
  }

  @Test func `the exact bound of a share is that of Clopper and Pearson`() {
    // 1 - risk^(1/n) for none wrong; the others from tables of the beta distribution.
    #expect(abs(BinomialBound.upper(wrong: 0, of: 230, risk: 0.1) - 0.009961) < 1e-5)
    #expect(abs(BinomialBound.upper(wrong: 1, of: 100, risk: 0.05) - 0.046561) < 1e-5)
    #expect(abs(BinomialBound.lower(wrong: 5, of: 50, risk: 0.025) - 0.033275) < 1e-5)
    #expect(BinomialBound.upper(wrong: 0, of: 0, risk: 0.1) == 1)
    #expect(BinomialBound.upper(wrong: 7, of: 7, risk: 0.1) == 1)
  }

  @Test func `the bound fails with no more than its chance, whatever the share`() {
    for n in [5, 30, 55] {
      for delta in [0.01, 0.1] {
        let uppers = (0...n).map { BinomialBound.upper(wrong: $0, of: n, risk: delta) }
        for step in 1..<100 {
          let p = Double(step) / 100
          let failing = (0...n).reduce(0) {
            $0 + (uppers[$1] < p ? Naive.choose(n, $1) * pow(p, Double($1)) * pow(1 - p, Double(n - $1)) : 0)
          }
          #expect(failing <= delta + 1e-9)
        }
      }
    }
  }
}
