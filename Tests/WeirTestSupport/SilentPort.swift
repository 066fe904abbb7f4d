/// A loopback port that nobody serves, until `close`.
package final class SilentPort: Sendable {
  package enum Manner: Sendable {
    /// Connections are refused.
    case refusing
    /// Connections are neither refused nor completed: the queue of the listener is full.
    case deaf
  }

  package let port: Int
  private let sockets: [LoopbackSocket]

  package init(_ manner: Manner) throws {
    let (socket, port) = try LoopbackSocket.bound()
    self.port = port
    switch manner {
    case .refusing:
      sockets = [socket]
    case .deaf:
      // Linux keeps one connection more than the backlog says.
      try socket.listen(backlog: 0)
      sockets = [socket] + (0..<4).map { _ in LoopbackSocket.connecting(to: port) }
    }
  }

  package func close() { for socket in sockets { socket.close() } }

  package var url: String { "http://127.0.0.1:\(port)" }
}
