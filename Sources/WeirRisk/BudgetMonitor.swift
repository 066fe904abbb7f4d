internal import Glibc

/// Watches whether more local answers are wrong than the budget allows, from audits of some of them.
///
/// A test by betting (Ville, 1939; Waudby-Smith and Ramdas, 2024): capital that grows if the share of wrong answers is
/// above the budget and, as long as it is not, exceeds `1 / alpha` *at any time, however long one watches* with a chance of
/// at most `alpha`. It may be looked at after each audit. An audit that was drawn with probability p stands for 1 / p
/// answers. Bets of several sizes are placed side by side and start anew again and again, each with a part of the
/// capital set aside for it, so that trouble is also found when it comes after a long good time.
package struct BudgetMonitor: Sendable, Equatable, Codable {
  /// Share of wrong answers that is allowed, above 0 and below 1.
  package let budget: Double
  /// Chance of a false alarm over the monitor's whole life.
  package let alpha: Double
  /// No audit is drawn with less probability than this: the nearer it is to what audits are drawn with, the sooner an
  /// alarm. An audit that was drawn with less counts with the weight of this one if it is wrong and with its own if it is
  /// right, so that it can only delay an alarm.
  package let leastProbability: Double
  /// Audits seen, and those of them that found a wrong answer.
  package private(set) var audits = 0
  package private(set) var wrong = 0
  /// The largest evidence so far.
  package private(set) var highest = 1.0

  /// Capital of each bet that has begun.
  private var capital: [Double]
  /// What is set aside for beginnings to come, as a share of 1.
  private var reserve = 1.0
  private static let bets = 8
  private static let most = 1e100

  package init(budget: Double, alpha: Double = 0.05, leastProbability: Double = 0.01) {
    precondition(budget > 0 && budget < 1, "an error budget lies between 0 and 1")
    precondition(alpha > 0 && alpha < 1, "a chance of failure lies between 0 and 1")
    precondition(leastProbability > 0 && leastProbability <= 1, "audits are drawn with a probability above 0")
    self.budget = budget
    self.alpha = alpha
    self.leastProbability = leastProbability
    capital = [Double](repeating: 0, count: Self.bets)
    begin(share: 0.5)
  }

  /// How many times the evidence speaks against the budget being kept; 1 says nothing.
  package var evidence: Double { capital.reduce(reserve, +) }

  /// Whether the budget was found to be broken, now or before.
  package var isBroken: Bool { highest >= 1 / alpha }

  /// Takes an audited answer that was drawn with `probability`, 0 (not included) to 1. True once the budget is found to
  /// be broken.
  @discardableResult
  package mutating func observe(isWrong: Bool, probability: Double = 1) -> Bool {
    let inverse = probability > 0 ? 1 / min(probability, 1) : 1 / leastProbability
    let value = isWrong ? min(inverse, 1 / leastProbability) * (1 - budget) : -inverse * budget
    for bet in capital.indices {
      capital[bet] = min(capital[bet] * max(0, 1 + stake(bet) * value), Self.most)
    }
    audits += 1
    if isWrong { wrong += 1 }
    highest = max(highest, evidence)
    // After an audit and not before one: whether the next answer is audited must not decide about a beginning.
    if audits % 64 == 0 { begin(share: 1 / Double(audits / 64 + 2)) }
    return isBroken
  }

  /// Half, a quarter, ... of the stake that the rarest right answer would lose whole.
  private func stake(_ bet: Int) -> Double { leastProbability / budget * exp2(-Double(bet + 1)) }

  /// Lets a part of the reserve bet; the shares fall as fast as leaves something for ever.
  private mutating func begin(share: Double) {
    let part = reserve * share
    reserve -= part
    for bet in capital.indices { capital[bet] += part / Double(Self.bets) }
  }
}
