/// Something outside this host that answers a conversation.
package protocol RemoteAnswerer: Sendable {
  /// The name that the configuration, the ledger and failures use.
  var name: String { get }

  /// False while it would refuse a request at once: its breakers are open, or the link is down. Cheap, and asks nobody.
  var isReachable: Bool { get }

  /// Answers `request`. With `onDelta` the answer is streamed: each new piece is passed on in order, and the
  /// returned text is all pieces of text together. A cancelled task ends the request.
  func complete(
    _ request: CompletionRequest, onDelta: (@Sendable (CompletionDelta) -> Void)?
  ) async throws(ProviderFailure) -> Completion
}

extension RemoteAnswerer {
  /// Answers `request` in one piece.
  package func complete(_ request: CompletionRequest) async throws(ProviderFailure) -> Completion {
    try await complete(request, onDelta: nil)
  }
}
