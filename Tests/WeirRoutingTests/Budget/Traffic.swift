import WeirDomain
import WeirRouting
import WeirTestSupport

/// Requests whose true chance of a right local answer is known, and what a node would keep of them.
struct Traffic {
  /// Chance of a right answer as a function of the stated confidence; the identity is perfect calibration.
  var truth: (Double) -> Double = { $0 }
  /// Share of the confident answers, and of the escalated ones, that is audited.
  var audit = 0.01
  /// Share of the review band that is kept.
  var uncertain = 1.0
  var share = 0.02
  var tenant = "t"
  var intents = ["pay", "refund"]

  /// Confidences as a trained head states them: most near 1, a tail below.
  static func confidence(_ random: inout SeededRandom) -> Double {
    let draw = Double.random(in: 0..<1, using: &random)
    return 1 - draw * draw * draw * 0.8
  }

  struct Request {
    var confidence: Double
    var isRight: Bool
    var row: BudgetEvidence.Row?
  }

  /// One request under `acceptance`, with its row where it was drawn and labelled.
  func request(at: Int64, _ acceptance: Acceptance, _ random: inout SeededRandom) -> Request {
    let confidence = Self.confidence(&random)
    let isRight = Double.random(in: 0..<1, using: &random) < truth(confidence)
    let wasGiven = confidence >= acceptance.answerAt
    let probability = wasGiven && confidence < acceptance.reviewBelow ? uncertain : audit
    let isKept = Double.random(in: 0..<1, using: &random) < probability
    let intent = intents[Int.random(in: 0..<intents.count, using: &random)]
    return Request(
      confidence: confidence, isRight: isRight,
      row: isKept
        ? BudgetEvidence.Row(
          at: Timestamp(milliseconds: at), tenant: tenant, intent: intent, confidence: confidence, isRight: isRight,
          probability: probability, wasGiven: wasGiven, share: share, draw: Double.random(in: 0..<1, using: &random))
        : nil)
  }

  /// The share of wrong answers among those that reach `threshold`, by numerical integration; the truth.
  func risk(at threshold: Double) -> Double {
    var (wrong, all) = (0.0, 0.0)
    for step in 0..<200_000 {
      let draw = (Double(step) + 0.5) / 200_000
      let confidence = 1 - draw * draw * draw * 0.8
      guard confidence >= threshold else { continue }
      all += 1
      wrong += 1 - truth(confidence)
    }
    return all > 0 ? wrong / all : 0
  }
}
