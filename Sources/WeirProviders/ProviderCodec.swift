package import WeirDomain
package import WeirHTTP

/// How one kind of API writes requests and reads replies; it sends nothing itself.
package protocol ProviderCodec: Sendable {
  associatedtype Reply: ProviderReply

  /// Where requests go, behind the base URL.
  var path: String { get }

  /// What the API wants besides `Content-Type` and `Accept`.
  func headers(key: Secret?) -> [HTTPHeader]

  /// Throws what the API has no words for: nothing of a request is left out in silence.
  func body(
    _ request: CompletionRequest, isStreamed: Bool, cache: PromptCacheMarks
  ) throws(UnsupportedRequest) -> [UInt8]

  /// Tokens that a prefix must have for the provider's prompt cache to keep it.
  func leastCachedTokens(model: String) -> Int

  /// An empty reply; `maximumBytes` bounds all that is kept of it.
  func reply(maximumBytes: Int) -> Reply
}

/// What a provider has said so far: the whole of a plain answer, or the events of a stream put together.
///
/// Unknown fields and events are passed over. Whatever the bytes are, nothing crashes and memory stays bounded.
package protocol ProviderReply: Sendable {
  /// Takes the body of an answer that was not streamed.
  mutating func take(whole body: [UInt8]) throws(ReplyFailure)

  /// Takes one event of a stream and returns what it brought, in order.
  mutating func take(_ event: ServerSentEvent) throws(ReplyFailure) -> [CompletionDelta]

  /// True once the stream has said that it is over: what comes after it does not count.
  var hasEnded: Bool { get }

  var content: ReplyContent { get }
}

/// Why a body or an event cannot be taken.
package enum ReplyFailure: Error, Equatable {
  /// The provider reported an error; `status` is the one that it would have had without a stream.
  case error(ProviderErrorCode, status: Int?)
  case malformed(String)

  var interruption: ProviderFailure.Interruption {
    switch self {
    case .error(let code, _): .error(code)
    case .malformed(let reason): .malformed(reason: reason)
    }
  }
}

/// A part of a request that the provider's API cannot express with the same meaning, or that the operator says it lacks.
package struct UnsupportedRequest: Error, Equatable {
  /// Named as a caller knows it: a field, or a kind of content.
  package var feature: String

  package init(_ feature: String) {
    self.feature = feature
  }
}
