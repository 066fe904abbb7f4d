package import WeirDomain
package import WeirProviders

/// Answers that are passed on while they come.
extension Router {
  /// Answers one request in pieces, as they come from a remote model; what is answered here comes in pieces too.
  ///
  /// Until the first piece, failures are met as ever: the next step of the plan answers. After it, the reply is either
  /// the whole answer, whose pieces were all passed on, or the error `stream_interrupted`: nothing is answered twice.
  /// What an interrupted answer cost is booked.
  package func route(
    _ request: RouteRequest, isCancelled: @escaping @Sendable () -> Bool = { false },
    onDelta: @escaping @Sendable (CompletionDelta) -> Void
  ) async -> RouteReply {
    let port = StreamPort(holdsAll: request.settings.format != .text, pass: onDelta)
    let reply = await route(request, claim: nil, stream: port, isCancelled: isCancelled)
    if !port.isCommitted, let stream = reply.stream {
      for case .text(let text) in stream { onDelta(.text(text)) }
    }
    return reply
  }
}

extension RouteError {
  static func streamInterrupted(_ what: String) -> RouteError {
    RouteError(
      code: "stream_interrupted", kind: .unavailable,
      message: "the answer broke off after part of it was passed on: \(what)")
  }
}
