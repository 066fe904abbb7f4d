import Synchronization

/// An HTTP/1.1 server on a free loopback port that does exactly what a test tells it, faults above all.
///
/// It reads requests framed by Content-Length and answers each with the steps that the test returns for it. A
/// connection stays open after an answer unless a step closes it. It lives until `stop`, which ends all threads.
package final class LoopbackServer: Sendable {
  package enum Step: Sendable {
    case send([UInt8])
    /// In pieces of at most `size` bytes, each a write of its own.
    case sendInPieces([UInt8], size: Int)
    /// An orderly end.
    case close
    /// A TCP reset.
    case reset
    /// Nothing more until the peer or the test ends it.
    case stall
  }

  package struct Request: Sendable {
    /// Counts connections from 0.
    package let connection: Int
    /// Counts requests over all connections from 0.
    package let ordinal: Int
    package let line: String
    /// By lower-case name.
    package let headers: [String: String]
    package let body: [UInt8]
  }

  private struct State {
    var open: [Int: LoopbackSocket] = [:]
    var accepting: JoinedThread?
    var serving: [Int: JoinedThread] = [:]
    var connections = 0
    var requests: [Request] = []
    var count = 0
    var isStopped = false
  }

  package let port: Int
  private let listener: LoopbackSocket
  private let greeting: [Step]
  private let remembers: Bool
  private let answer: @Sendable (Request) -> [Step]
  private let state = Mutex(State())

  /// Begins to listen, on a free port unless one is named. `greeting` is done on each new connection before anything is
  /// read; `remembers` keeps requests.
  package init(
    port wanted: Int = 0, greeting: [Step] = [], remembers: Bool = true,
    answer: @escaping @Sendable (Request) -> [Step]
  ) throws {
    (listener, port) = try LoopbackSocket.bound(to: wanted)
    try listener.listen(backlog: 128)
    self.greeting = greeting
    self.remembers = remembers
    self.answer = answer
    let accepting = JoinedThread { [self] in acceptAll() }
    state.withLock { $0.accepting = accepting }
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  /// How many connections were accepted.
  package var connections: Int { state.withLock { $0.connections } }
  package var requests: [Request] { state.withLock { $0.requests } }

  /// Ends all connections and threads; later connections are refused.
  package func stop() {
    let accepting = state.withLock { state in
      state.isStopped = true
      for socket in state.open.values { socket.wake() }
      defer { state.accepting = nil }
      return state.accepting
    }
    // Only the first call finds it.
    guard let accepting else { return }
    listener.wake()
    accepting.join()
    for thread in state.withLock({ $0.serving.values.map { $0 } }) { thread.join() }
    listener.close()
  }

  private func acceptAll() {
    while let socket = listener.accept() {
      state.withLock { state in
        guard !state.isStopped else { return socket.close() }
        let number = state.connections
        state.connections += 1
        state.open[number] = socket
        state.serving[number] = JoinedThread { [self] in serve(socket, number) }
      }
    }
  }

  private func serve(_ socket: LoopbackSocket, _ number: Int) {
    var unread: [UInt8] = []
    var isOpen = perform(greeting, on: socket)
    while isOpen, let request = read(from: socket, number, &unread) { isOpen = perform(answer(request), on: socket) }
    state.withLock { state in
      state.open[number] = nil
      socket.close()
      // Nobody joins a thread that ends before the server does.
      if !state.isStopped { state.serving.removeValue(forKey: number)?.detach() }
    }
  }

  /// False when the connection is over.
  private func perform(_ steps: [Step], on socket: LoopbackSocket) -> Bool {
    for step in steps {
      switch step {
      case .send(let bytes):
        if !socket.send(bytes) { return false }
      case .sendInPieces(let bytes, let size):
        for start in stride(from: 0, to: bytes.count, by: size) {
          if !socket.send(Array(bytes[start..<min(start + size, bytes.count)])) { return false }
        }
      case .close:
        return false
      case .reset:
        socket.resetOnClose()
        return false
      case .stall:
        while socket.receive() != nil {}
        return false
      }
    }
    return true
  }

  private func read(from socket: LoopbackSocket, _ connection: Int, _ unread: inout [UInt8]) -> Request? {
    let blank = Array("\r\n\r\n".utf8)
    var end: Int?
    while end == nil {
      end = unread.indices.first { unread[$0...].starts(with: blank) }
      guard end == nil else { break }
      guard let more = socket.receive() else { return nil }
      unread += more
    }
    guard let end else { return nil }
    let lines = String(decoding: unread[..<end], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingPrefix(" ") }
      if parts.count == 2 { headers[parts[0].lowercased()] = String(parts[1]) }
    }
    unread.removeFirst(end + blank.count)
    let count = headers["content-length"].flatMap { Int($0) } ?? 0
    while unread.count < count {
      guard let more = socket.receive() else { return nil }
      unread += more
    }
    let body = Array(unread[..<count])
    unread.removeFirst(count)
    return state.withLock { state in
      let request = Request(
        connection: connection, ordinal: state.count, line: lines.first.map { String($0) } ?? "",
        headers: headers, body: body)
      state.count += 1
      if remembers { state.requests.append(request) }
      return request
    }
  }
}
