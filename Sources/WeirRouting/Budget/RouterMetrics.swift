package import WeirDomain
internal import WeirReview
package import WeirRisk
internal import WeirStore

/// How well prompts were routed, as far as people have looked: nothing here is said without labels behind it.
package struct RouterMetrics: Sendable, Equatable {
  /// One share with its interval; `rate.value` is nil where too few labels are there.
  package struct Figure: Sendable, Equatable {
    package var rate: WeightedRate
    /// Labels that are still needed before anything is said; 0 where enough are there.
    package var needed: Int

    /// Nil while too few labels are there.
    package var value: Double? { needed == 0 ? rate.value : nil }

    init(_ audits: [WeightedRate.Audit], delta: Double) {
      rate = WeightedRate(audits, delta: delta)
      needed = max(0, RouterMetrics.leastLabels - audits.count)
    }
  }

  /// Fewer labels say nothing.
  package static let leastLabels = 30

  /// Wrong ones among all answers of this host, and by who gave them.
  package var localWrong: Figure
  package var byTier: [(tier: Tier, wrong: Figure)]
  /// Wrong ones among the answers that were given because the confidence was high enough.
  package var underRouting: Figure
  /// Among the prompts that were sent on for want of confidence, those that this host would have answered rightly.
  package var overRouting: Figure
  /// Distance of stated confidence and found accuracy; the shares are of 1.
  package var calibration: CalibrationError
  /// Samples with a label, without, and those on which as many reviewers say right as wrong.
  package var labelled: Int
  package var unlabelled: Int
  package var tied: Int
  /// Labelled samples that were not drawn by chance: they say nothing of a rate.
  package var notDrawn: Int

  package static func == (left: RouterMetrics, right: RouterMetrics) -> Bool {
    left.localWrong == right.localWrong && left.underRouting == right.underRouting
      && left.overRouting == right.overRouting && left.calibration == right.calibration
      && left.labelled == right.labelled && left.unlabelled == right.unlabelled
      && left.byTier.map(\.tier) == right.byTier.map(\.tier) && left.byTier.map(\.wrong) == right.byTier.map(\.wrong)
  }
}

extension RouterMetrics {
  /// Collects the labelled samples of a span of time, each kind up to a bound.
  struct Collector {
    private var tiers: [Tier: [WeightedRate.Audit]] = [:]
    private var under: [WeightedRate.Audit] = []
    private var over: [WeightedRate.Audit] = []
    private var rows: [BudgetEvidence.Row] = []
    private(set) var labelled = 0
    private(set) var tied = 0
    private(set) var notDrawn = 0
    private let head: String
    private let since: Timestamp?

    init(head: String, since: Timestamp?) {
      self.head = head
      self.since = since
    }

    mutating func add(_ sample: JudgedSample) {
      guard since.map({ sample.at >= $0 }) ?? true else { return }
      labelled += 1
      if sample.isTied { tied += 1 }
      guard sample.cause == .audit || sample.cause == .uncertain else {
        notDrawn += 1
        return
      }
      if let row = BudgetEvidence.Row(sample, head: head), row.isJudged { Self.keep(row, in: &rows) }
      guard let isRight = sample.localWasRight else { return }
      if sample.tier.isLocal {
        let audit = WeightedRate.Audit(isWrong: !isRight, probability: sample.probability)
        Self.keep(audit, in: &tiers[sample.tier, default: []])
        if !sample.tier.isCache, let threshold = sample.threshold, let confidence = sample.confidence,
          confidence >= threshold
        {
          Self.keep(audit, in: &under)
        }
      } else if sample.threshold != nil {
        Self.keep(WeightedRate.Audit(isWrong: isRight, probability: sample.probability), in: &over)
      }
    }

    private static func keep<Element>(_ element: Element, in array: inout [Element]) {
      array.append(element)
      if array.count >= 2 * BudgetEvidence.mostRows { array.removeFirst(BudgetEvidence.mostRows) }
    }

    func metrics(samples: Int, delta: Double) -> RouterMetrics {
      RouterMetrics(
        localWrong: Figure(Tier.allCases.flatMap { tiers[$0] ?? [] }, delta: delta),
        byTier: Tier.allCases.compactMap { tier in tiers[tier].map { (tier, Figure($0, delta: delta)) } },
        underRouting: Figure(under, delta: delta), overRouting: Figure(over, delta: delta),
        calibration: CalibrationError(rows, delta: delta), labelled: labelled, unlabelled: max(samples - labelled, 0),
        tied: tied, notDrawn: notDrawn)
    }
  }
}
