package import WeirDomain
package import WeirStore

/// Takes labels back from a file, line by line: what was good stays, whatever becomes of the rest.
///
/// Importing the same file again changes nothing, and so an import that was cut off is finished by repeating it.
package struct LabelImport {
  package struct Tally: Sendable, Hashable {
    /// Lines without a label yet.
    package var unlabelled = 0
    package var added = 0
    package var changed = 0
    /// Labels that were there already.
    package var same = 0
    /// Lines that say again what an earlier line of the file said.
    package var repeated = 0
    package var refused = 0
    /// Labels with an intent that the classifier does not know.
    package var unknownIntents = 0
  }

  /// A line that was not taken, and why.
  package struct Refusal: Sendable, Hashable {
    /// From 1.
    package var line: Int
    package var code: String
    package var message: String
  }

  private struct Key: Hashable {
    var id: ULID
    var reviewer: String
    var subject: ReviewLabel.Subject
  }

  package private(set) var tally = Tally()
  /// Whoever labelled the lines that name nobody.
  private let reviewer: String
  private let knownIntents: Set<String>?
  private let allowsUnknownIntents: Bool
  private var seen: [Key: (line: Int, verdict: ReviewLabel.Verdict)] = [:]

  /// `knownIntents` are those of the classifier; nil where it is not known. Labels with others are refused unless they are
  /// allowed: `ok` would else prove every answer wrong.
  package init(reviewer: String, knownIntents: Set<String>? = nil, allowsUnknownIntents: Bool = false) {
    precondition(ReviewLabel.isReviewer(reviewer), "a reviewer's name is checked before")
    self.reviewer = reviewer
    self.knownIntents = knownIntents
    self.allowsUnknownIntents = allowsUnknownIntents
  }

  /// Takes some lines in one transaction; returns those that were refused, in their order.
  ///
  /// What the store throws leaves the lines untaken. With `isDry` nothing is kept, and the tally is what it would be.
  package mutating func take(
    _ lines: [(number: Int, bytes: [UInt8])], at now: Timestamp, isDry: Bool = false, into store: Store
  ) throws -> [Refusal] {
    var next = self
    var refusals: [Refusal] = []
    do {
      try store.write { transaction in
        for (number, bytes) in lines {
          if let refusal = try next.take(bytes, number: number, at: now, in: transaction) { refusals.append(refusal) }
        }
        if isDry { throw DryRun() }
      }
    } catch is DryRun {}
    self = next
    return refusals
  }

  /// Undoes a transaction.
  private struct DryRun: Error {}

  private mutating func take(
    _ bytes: [UInt8], number: Int, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Refusal? {
    let line: LabelLine
    do throws(LabelLine.Problem) {
      line = try LabelLine.parse(bytes)
    } catch {
      return refuse(number, error.code, error.message)
    }
    guard !line.verdicts.isEmpty else {
      tally.unlabelled += 1
      return nil
    }
    for subject in ReviewLabel.Subject.allCases {
      guard let verdict = line.verdicts[subject] else { continue }
      let key = Key(id: line.id, reviewer: line.reviewer ?? reviewer, subject: subject)
      if let before = seen[key] {
        guard before.verdict == verdict else {
          return refuse(
            number, "contradiction",
            "the same reviewer said something else of this sample on line \(before.line), which holds")
        }
        tally.repeated += 1
        continue
      }
      let isUnknown = if case .intent(let name) = verdict { knownIntents?.contains(name) == false } else { false }
      guard allowsUnknownIntents || !isUnknown else {
        return refuse(
          number, "unknown_intent",
          "the label is neither right nor wrong, and the classifier knows no such intent: correct it, or allow it by "
            + "--allow-unknown-intents")
      }
      let label = ReviewLabel(sampleID: key.id, reviewer: key.reviewer, subject: subject, verdict: verdict, at: now)
      switch try ReviewQueue.record(label, in: transaction) {
      case .added: tally.added += 1
      case .changed: tally.changed += 1
      case .same: tally.same += 1
      case .unknownSample:
        return refuse(
          number, "unknown_sample", "no sample of this node has this id; labels go back to the node that exported them")
      case .noOther:
        return refuse(number, "no_other_answer", "the sample has no other answer that other_label is about")
      }
      seen[key] = (number, verdict)
      if isUnknown { tally.unknownIntents += 1 }
    }
    return nil
  }

  /// Counts a line that could not even be read.
  package mutating func refuse(_ number: Int, _ code: String, _ message: String) -> Refusal {
    tally.refused += 1
    return Refusal(line: number, code: code, message: message)
  }
}

extension ReviewLabel {
  package static let reviewerRule = "must be a name of 1 to \(longestReviewer) bytes without control characters"

  /// Whether a text can name a reviewer.
  package static func isReviewer(_ text: String) -> Bool {
    (1...longestReviewer).contains(text.utf8.count)
      && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}
