/// What class of failure happened, so that one switch turns it into an exit status and one into an HTTP status.
package enum FailureKind: String, Sendable, Equatable {
  /// The request itself cannot be served as written.
  case badRequest = "bad_request"
  /// The configuration file, a flag or an environment variable is wrong.
  case badConfiguration = "bad_configuration"
  /// A model file is missing, damaged or of a kind that is not supported.
  case badModel = "bad_model"
  /// The state folder cannot be read or written.
  case badState = "bad_state"
  /// A remote answerer refused, or cannot be reached now.
  case unavailable
  /// A deadline passed.
  case timedOut = "timed_out"
  /// The request was stopped from outside.
  case cancelled
}

/// A failure that carries facts and can say them in one sentence.
///
/// The sentence says what failed, on which thing, found against allowed, and what to do. It never holds prompt
/// text, answers or keys.
package protocol WeirFailure: Error, Sendable {
  var kind: FailureKind { get }
  var message: String { get }
}
