import Glibc

/// One TCP socket on 127.0.0.1, closed by `close`; everything that touches the system's socket calls is here.
struct LoopbackSocket: Sendable {
  struct Failure: Error {
    let call: String
    let code: Int32
  }

  let number: Int32

  /// A socket bound to a port, or to a free one, not yet listening.
  static func bound(to wanted: Int = 0) throws -> (socket: LoopbackSocket, port: Int) {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw Failure(call: "socket", code: errno) }
    var reuse: Int32 = 1
    if wanted != 0 {
      unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = loopback(port: wanted)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(number, generic, length) == 0 ? getsockname(number, generic, &length) : -1
      }
    }
    guard code == 0 else { throw Failure(call: "bind", code: errno) }
    return (LoopbackSocket(number: number), Int(UInt16(bigEndian: address.sin_port)))
  }

  /// A connection to `port`, or the attempt at one: it does not wait.
  static func connecting(to port: Int) -> LoopbackSocket {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let number = socket(AF_INET, kind, 0)
    var address = loopback(port: port)
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = unsafe connect(number, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return LoopbackSocket(number: number)
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  func listen(backlog: Int32) throws {
    guard Glibc.listen(number, backlog) == 0 else { throw Failure(call: "listen", code: errno) }
  }

  /// The next connection, with Nagle's delay off; nil once `wake` was called.
  func accept() -> LoopbackSocket? {
    while true {
      let connection = Glibc.accept(number, nil, nil)
      if connection >= 0 {
        var on: Int32 = 1
        unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return LoopbackSocket(number: connection)
      }
      if errno != EINTR { return nil }
    }
  }

  /// The bytes that have come; nil at the end or on any failure.
  func receive() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { space in
        unsafe recv(number, space.baseAddress, space.count, 0)
      }
      if count > 0 { return Array(buffer.prefix(count)) }
      if count == 0 || errno != EINTR { return nil }
    }
  }

  /// False when the peer is gone.
  func send(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { space in
        unsafe Glibc.send(number, space.baseAddress, space.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Ends every call that waits on this socket.
  func wake() { _ = shutdown(number, Int32(SHUT_RDWR)) }

  func close() { _ = Glibc.close(number) }

  /// Closes with RST instead of FIN.
  func resetOnClose() {
    var now = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(number, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
  }
}
