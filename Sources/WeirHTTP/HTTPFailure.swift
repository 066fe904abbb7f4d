package import WeirDomain

/// Why a request got no whole answer: facts only, `message` makes the sentence.
///
/// An authority is `host:port`. Paths, queries, headers and bodies never appear: they may hold keys or prompts.
package enum HTTPFailure: WeirFailure, Equatable {
  /// What is wrong with a URL.
  package enum URLFault: Sendable, Equatable {
    case notAbsolute
    case controlCharacter
    /// Neither `http` nor `https`.
    case scheme(String)
    /// A user name or password stands in it.
    case credentials
  }

  /// The part of an answer that a bound applies to.
  package enum Part: String, Sendable, Equatable {
    case head, body
  }

  case invalidURL(URLFault)
  /// A name that is no token, a value with a line break or NUL, or a header that the client sets itself. The name is
  /// nil where it cannot be printed.
  case invalidHeader(name: String?)
  /// No address for the host.
  case unresolved(host: String, reason: String)
  /// Refused, no route, or no free port.
  case unreachable(authority: String, reason: String)
  /// The handshake failed; `isTrust` when the certificate was judged, and trying again changes nothing.
  case insecure(authority: String, isTrust: Bool, reason: String)
  /// A deadline of `HTTPDeadlines` passed in `phase`.
  case timedOut(authority: String, phase: HTTPPhase, elapsed: Duration, allowed: Duration)
  /// The connection ended in `phase`; `status` where an answer had begun, `received` counts its body's bytes.
  case broken(authority: String, phase: HTTPPhase, status: Int?, received: Int, reason: String)
  /// The body ended before its stated length.
  case truncated(authority: String, status: Int?, received: Int)
  /// What came back is not HTTP.
  case malformed(authority: String, reason: String)
  /// More bytes than allowed.
  case tooLarge(authority: String, part: Part, allowed: Int)
  case cancelled(authority: String)
  /// The client was shut down.
  case closed
  /// libcurl itself could not start or go on.
  case broke(reason: String)

  package var kind: FailureKind {
    switch self {
    case .invalidURL, .invalidHeader: .badConfiguration
    case .timedOut: .timedOut
    case .cancelled, .closed: .cancelled
    case .unresolved, .unreachable, .insecure, .broken, .truncated, .malformed, .tooLarge, .broke: .unavailable
    }
  }

  /// True when the server certainly saw no byte of the request, and trying again may help.
  package var isSafeToRetry: Bool {
    switch self {
    case .unresolved, .unreachable: true
    case .insecure(_, let isTrust, _): !isTrust
    case .timedOut(_, let phase, _, _), .broken(_, let phase, _, _, _): phase.isBeforeRequest
    case .invalidURL, .invalidHeader, .truncated, .malformed, .tooLarge, .cancelled, .closed, .broke: false
    }
  }

  /// True when the way to the server, not the server's answer, is at fault.
  package var isLinkDown: Bool {
    switch self {
    case .unresolved, .unreachable, .insecure, .timedOut, .broken, .truncated: true
    case .invalidURL, .invalidHeader, .malformed, .tooLarge, .cancelled, .closed, .broke: false
    }
  }
}
