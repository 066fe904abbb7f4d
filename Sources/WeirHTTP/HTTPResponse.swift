/// Status and headers of an answer.
package struct HTTPResponseHead: Sendable, Hashable {
  package var status: Int
  package var headers: [HTTPHeader]

  package init(status: Int, headers: [HTTPHeader]) {
    self.status = status
    self.headers = headers
  }
}

/// A whole answer.
package struct HTTPResponse: Sendable {
  package var head: HTTPResponseHead
  package var body: [UInt8]
  package var facts: HTTPTransferFacts
}

/// What a finished transfer tells about itself.
package struct HTTPTransferFacts: Sendable, Hashable {
  /// False when a new connection had to be made.
  package var reusedConnection: Bool
  /// 10, 11 or 20; 0 where nothing was agreed.
  package var httpVersion: Int
  /// From the start until the request could be sent, the first byte came, and the end.
  package var connected: Duration?
  package var firstByte: Duration?
  package var total: Duration
  package var traffic: HTTPTraffic
}

/// Bytes of requests and answers, heads included, as HTTP has them: without what TLS, TCP and IP put around them.
package struct HTTPTraffic: Sendable, Hashable {
  package var sent: Int64
  package var received: Int64

  package static let zero = HTTPTraffic(sent: 0, received: 0)

  package init(sent: Int64, received: Int64) {
    self.sent = sent
    self.received = received
  }

  package var total: Int64 { sent + received }

  package static func + (left: HTTPTraffic, right: HTTPTraffic) -> HTTPTraffic {
    HTTPTraffic(sent: left.sent + right.sent, received: left.received + right.received)
  }

  package static func - (left: HTTPTraffic, right: HTTPTraffic) -> HTTPTraffic {
    HTTPTraffic(sent: left.sent - right.sent, received: left.received - right.received)
  }
}
