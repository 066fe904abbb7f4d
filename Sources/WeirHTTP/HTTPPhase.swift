/// How far a request had come when it failed.
package enum HTTPPhase: String, Sendable, Hashable, CaseIterable {
  case resolve, connect, tls, send, firstByte, body

  /// As a failure's sentence names it.
  var name: String {
    switch self {
    case .resolve: "resolving the name"
    case .connect: "connecting"
    case .tls: "the TLS handshake"
    case .send: "sending the request"
    case .firstByte: "waiting for the first byte"
    case .body: "reading the answer"
    }
  }

  /// True while no byte of the request can have reached the server: trying again is safe.
  package var isBeforeRequest: Bool {
    switch self {
    case .resolve, .connect, .tls: true
    case .send, .firstByte, .body: false
    }
  }
}
