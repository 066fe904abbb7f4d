/// A token that may come next.
package struct Candidate: Sendable, Equatable {
  package var token: Int32
  package var logit: Float

  package init(token: Int32, logit: Float) {
    self.token = token
    self.logit = logit
  }

  /// Likelier first; the smaller id among equals, so that the order does not depend on how it was found.
  package static func isBefore(_ left: Candidate, _ right: Candidate) -> Bool {
    left.logit > right.logit || (left.logit == right.logit && left.token < right.token)
  }
}
