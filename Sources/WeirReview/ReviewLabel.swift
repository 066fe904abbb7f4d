package import WeirDomain

/// What one reviewer said of one answer of a sample.
package struct ReviewLabel: Sendable, Hashable {
  /// Which of the sample's answers it is about.
  package enum Subject: String, Sendable, Hashable, CaseIterable {
    /// The one that was given.
    case answer
    /// The one beside it.
    case other
  }

  package enum Verdict: Sendable, Hashable {
    case right, wrong
    /// What the prompt is about. An answer that was given for this intent was right.
    case intent(String)

    /// `right` or `wrong` in letters of any size, or an intent's name; nil unless it has 1 to 128 bytes and no control characters.
    package init?(_ text: String) {
      guard (1...Verdict.longestIntent).contains(text.utf8.count),
        !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
      else { return nil }
      switch text.lowercased() {
      case "right": self = .right
      case "wrong": self = .wrong
      default: self = .intent(text)
      }
    }

    /// In bytes.
    package static let longestIntent = 128
    package static let rule = "must be \"right\", \"wrong\" or an intent's name of at most \(longestIntent) bytes"
  }

  package var sampleID: ULID
  package var reviewer: String
  package var subject: Subject
  package var verdict: Verdict
  package var at: Timestamp

  /// In bytes.
  package static let longestReviewer = 128

  package init(
    sampleID: ULID, reviewer: String, subject: Subject = .answer, verdict: Verdict, at: Timestamp
  ) {
    self.sampleID = sampleID
    self.reviewer = reviewer
    self.subject = subject
    self.verdict = verdict
    self.at = at
  }
}
