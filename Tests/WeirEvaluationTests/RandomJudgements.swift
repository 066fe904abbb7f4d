import WeirTestSupport

@testable import WeirEvaluation

/// Judged examples that look like a classifier's: better than chance, with many equal confidences and scores.
struct RandomJudgements {
  var intents = 5
  var levels = 8

  func make(_ count: Int, seed: UInt64) -> [JudgedExample] {
    var random = SeededRandom(seed: seed)
    func level() -> Double { Double(Int.random(in: 0...levels, using: &random)) / Double(levels) }
    return (0..<count).map { number in
      let expected = Int.random(in: 0..<4, using: &random) == 0 ? nil : Int.random(in: 0..<intents, using: &random)
      let knows = Int.random(in: 0..<4, using: &random) > 0
      let predicted = knows ? expected ?? 0 : Int.random(in: 0..<intents, using: &random)
      let outside = expected == nil ? max(level(), level()) : min(level(), level())
      return JudgedExample(
        id: "r\(number)", expected: expected, predicted: predicted,
        confidence: expected == predicted ? max(level(), level()) : level(),
        outOfScope: outside, encodeNanoseconds: .random(in: 1...1000, using: &random),
        classifyNanoseconds: .random(in: 1...1000, using: &random))
    }
  }
}

/// The figures by their definitions over whole rows, slow and plainly right.
struct NaiveFigures {
  let examples: [JudgedExample]
  let intents: Int

  private var inside: [JudgedExample] { examples.filter { $0.expected != nil } }
  private var outside: [JudgedExample] { examples.filter { $0.expected == nil } }

  var accuracy: Double { Double(inside.count(where: \.isRight)) / Double(inside.count) }

  var macroF1: Double {
    let scores = (0..<intents).compactMap { intent -> Double? in
      guard inside.contains(where: { $0.expected == intent }) else { return nil }
      let hits = Double(inside.count { $0.expected == intent && $0.predicted == intent })
      if hits == 0 { return 0 }
      let precision = hits / Double(inside.count { $0.predicted == intent })
      let recall = hits / Double(inside.count { $0.expected == intent })
      return 2 * precision * recall / (precision + recall)
    }
    return scores.reduce(0, +) / Double(scores.count)
  }

  /// Over all pairs.
  var auroc: Double {
    var sum = 0.0
    for positive in outside {
      for negative in inside {
        sum += positive.outOfScope > negative.outOfScope ? 1 : positive.outOfScope == negative.outOfScope ? 0.5 : 0
      }
    }
    return sum / Double(outside.count * inside.count)
  }

  var averagePrecision: Double {
    var (sum, before) = (0.0, 0.0)
    for threshold in Set(examples.map(\.outOfScope)).sorted(by: >) {
      let hits = Double(outside.count { $0.outOfScope >= threshold })
      let recall = hits / Double(outside.count)
      sum += (recall - before) * hits / Double(examples.count { $0.outOfScope >= threshold })
      before = recall
    }
    return sum
  }

  /// The best recall of any threshold that rejects no more in-scope rows than allowed.
  func outOfScopeRecall(_ rejection: Double) -> Double {
    (Set(examples.map(\.outOfScope)) + [2]).filter { threshold in
      Double(inside.count { $0.outOfScope >= threshold }) <= rejection * Double(inside.count)
    }.map { threshold in Double(outside.count { $0.outOfScope >= threshold }) / Double(outside.count) }.max() ?? 0
  }

  func calibrationError(_ bins: Int, of examples: [JudgedExample]) -> Double {
    (0..<bins).reduce(0.0) { sum, bin in
      let low = Double(bin) / Double(bins)
      let rows = examples.filter {
        ($0.confidence > low || bin == 0) && $0.confidence <= Double(bin + 1) / Double(bins)
      }
      let gap = rows.reduce(0.0) { $0 + $1.confidence - ($1.isRight ? 1 : 0) }
      return sum + gap.magnitude / Double(examples.count)
    }
  }

  var brierScore: Double {
    examples.reduce(0.0) { sum, row in
      let distance = row.confidence - (row.isRight ? 1 : 0)
      return sum + distance * distance
    } / Double(examples.count)
  }

  func coverage(_ accuracy: Double) -> Double {
    Set(examples.map(\.confidence)).map { threshold in
      let taken = examples.filter { $0.confidence >= threshold }
      let isEnough = Double(taken.count(where: \.isRight)) >= accuracy * Double(taken.count) - 1e-9
      return isEnough ? Double(taken.count) / Double(examples.count) : 0
    }.max() ?? 0
  }

  /// Mean of the risk at finely spaced coverages, rows of a group taken evenly.
  func riskCoverageArea(steps: Int) -> Double {
    var stretches: [(rows: Double, wrong: Double)] = []
    for threshold in Set(examples.map(\.confidence)).sorted(by: >) {
      let rows = examples.filter { $0.confidence == threshold }
      stretches.append((Double(rows.count), Double(rows.count { !$0.isRight })))
    }
    return (0..<steps).reduce(0.0) { sum, step in
      var left = (Double(step) + 0.5) / Double(steps) * Double(examples.count)
      let taken = left
      var wrong = 0.0
      for stretch in stretches where left > 0 {
        let part = min(left, stretch.rows)
        wrong += stretch.wrong * part / stretch.rows
        left -= part
      }
      return sum + wrong / taken
    } / Double(steps)
  }
}
