extension HTTPFailure {
  /// One sentence for a person: what failed, with which server, found against allowed, what to do.
  package var message: String {
    switch self {
    case .invalidURL(let fault):
      "this URL cannot be used: \(Self.sentence(fault))"
    case .invalidHeader(let name):
      if let name {
        "the header \(name) cannot be sent: it is the client's own, or its value has a control character"
      } else {
        "a header cannot be sent: its name is not an HTTP token"
      }
    case .unresolved(let host, let reason):
      "no address found for \(host) (\(reason)): check the name and the resolver"
    case .unreachable(let authority, let reason):
      "cannot connect to \(authority) (\(reason)): check that the server runs and the link is up"
    case .insecure(let authority, let isTrust, let reason):
      "no trusted TLS connection to \(authority) (\(reason)): "
        + (isTrust ? "check the certificate and the CA bundle" : "check that the port speaks TLS")
    case .timedOut(let authority, let phase, let elapsed, let allowed):
      "\(authority) took too long \(phase.name): \(elapsed.inMilliseconds) ms against \(allowed.inMilliseconds) ms "
        + "allowed; raise the deadline or check the link"
    case .broken(let authority, let phase, let status, let received, let reason):
      "the connection to \(authority) broke while \(phase.name) (\(reason)"
        + (status.map { "; status \($0), \(received) bytes received" } ?? "") + "): try again"
    case .truncated(let authority, let status, let received):
      "the answer of \(authority)\(status.map { " with status \($0)" } ?? "") ended after \(received) bytes, before "
        + "its stated length: try again"
    case .malformed(let authority, let reason):
      "\(authority) did not answer in HTTP (\(reason)): check the address and port"
    case .tooLarge(let authority, let part, let allowed):
      "the answer's \(part.rawValue) of \(authority) is larger than the \(allowed) bytes allowed: check the address"
    case .cancelled(let authority):
      "the request to \(authority) was cancelled"
    case .closed:
      "the HTTP client is shut down: no request can be sent"
    case .broke(let reason):
      "libcurl cannot go on (\(reason)): check memory and open files"
    }
  }

  private static func sentence(_ fault: URLFault) -> String {
    switch fault {
    case .notAbsolute: "it is not of the form https://host:port/path"
    case .controlCharacter: "it has a space or a control character"
    case .scheme(let found): "its scheme is \(found), allowed are http and https"
    case .credentials: "it has a user name or password; put the key into the configuration's key setting"
    }
  }
}

extension Duration {
  /// Whole milliseconds, rounded down; saturates.
  var inMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? (seconds > 0 ? .max : .min) : milliseconds + attoseconds / 1_000_000_000_000_000
  }
}
