/// A request, with its deadlines and the bounds of its answer.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  package var method: Method
  package var url: HTTPURL
  package var headers: [HTTPHeader]
  package var body: [UInt8]?
  package var deadlines: HTTPDeadlines
  package var limits: HTTPLimits
  /// Called on the client's thread when a connection is ready and the request is about to be sent; must not block.
  package var onConnected: (@Sendable () -> Void)?

  package init(
    _ method: Method, _ url: HTTPURL, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
    deadlines: HTTPDeadlines = HTTPDeadlines(), limits: HTTPLimits = HTTPLimits()
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.deadlines = deadlines
    self.limits = limits
  }
}

/// How long each phase of a request may take.
package struct HTTPDeadlines: Sendable, Hashable {
  /// From the start until the request can be sent: name, connection and TLS together.
  package var connect: Duration
  /// From the connection to the first line of the answer; covers sending the request.
  package var firstByte: Duration
  /// Between two arrivals of bytes; does not run while the reader is slow.
  package var idle: Duration
  /// From the start to the end.
  package var total: Duration

  package init(
    connect: Duration = .seconds(5), firstByte: Duration = .seconds(60), idle: Duration = .seconds(30),
    total: Duration = .seconds(300)
  ) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
    self.total = total
  }
}

/// How many bytes an answer may have, and how many may wait for a slow reader.
package struct HTTPLimits: Sendable, Hashable {
  package var headBytes: Int
  package var bodyBytes: Int
  /// Beyond this many unread bytes of a stream, nothing more is read from the connection.
  package var bufferBytes: Int

  package init(headBytes: Int = 64 << 10, bodyBytes: Int = 16 << 20, bufferBytes: Int = 256 << 10) {
    self.headBytes = headBytes
    self.bodyBytes = bodyBytes
    self.bufferBytes = bufferBytes
  }
}
