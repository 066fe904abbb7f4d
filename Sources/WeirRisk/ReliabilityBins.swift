/// Stated confidence against what happened, bin by bin, kept as audits come in.
package struct ReliabilityBins: Sendable, Equatable, Codable {
  /// Weighted sums of one bin.
  package struct Bin: Sendable, Equatable, Codable {
    package fileprivate(set) var rows = 0
    /// Answers that the rows stand for.
    package fileprivate(set) var weight = 0.0
    fileprivate var stated = 0.0
    fileprivate var right = 0.0

    /// Weighted mean of the stated confidences; nil without rows.
    package var confidence: Double? { weight > 0 ? stated / weight : nil }
    /// Weighted share of right answers.
    package var accuracy: Double? { weight > 0 ? right / weight : nil }
  }

  /// Bins of equal width over 0 to 1.
  package private(set) var bins: [Bin]

  package init(count: Int = 15) {
    precondition(count > 0, "there is at least one bin")
    bins = [Bin](repeating: Bin(), count: count)
  }

  /// Adds an answer that was drawn with `probability`, above 0 and at most 1; the confidence is taken into 0 to 1.
  package mutating func add(confidence: Double, isRight: Bool, probability: Double = 1) {
    precondition(probability > 0 && probability <= 1, "an audit was drawn with a probability above 0")
    let kept = min(max(confidence.isNaN ? 0 : confidence, 0), 1)
    let index = min(max(Int((kept * Double(bins.count)).rounded(.up)) - 1, 0), bins.count - 1)
    bins[index].rows += 1
    bins[index].weight += 1 / probability
    bins[index].stated += kept / probability
    if isRight { bins[index].right += 1 / probability }
  }

  package var rows: Int { bins.reduce(0) { $0 + $1.rows } }

  /// Expected calibration error: mean distance of stated and found, weighted; nil without rows.
  package var error: Double? {
    let total = bins.reduce(0) { $0 + $1.weight }
    guard total > 0 else { return nil }
    return bins.reduce(0) { $0 + ($1.stated - $1.right).magnitude } / total
  }
}
