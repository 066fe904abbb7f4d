import Glibc
import Synchronization

/// A pipe that ends a wait for input from another thread or a signal handler's queue.
package final class WakePipe: Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32
  private let woken = Atomic(false)

  package init() throws(FileFailure) {
    var ends: [Int32] = [0, 0]
    let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
    guard result == 0 else { throw FileDescriptor.failure("a pipe", "create", errno) }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    _ = close(readEnd)
    _ = close(writeEnd)
  }

  package var isWoken: Bool { woken.load(ordering: .acquiring) }

  /// Ends every wait, now and later.
  package func wake() {
    woken.store(true, ordering: .releasing)
    var byte: UInt8 = 1
    // A full pipe wakes as well as one more byte would.
    _ = unsafe write(writeEnd, &byte, 1)
  }

  /// Blocks until `descriptor` has bytes or has ended (true), or the pipe is woken (false).
  func waitUntilReadable(_ descriptor: Int32, name: String) throws(FileFailure) -> Bool {
    var polled = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
    ]
    while !isWoken {
      let count = unsafe polled.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, -1) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileDescriptor.failure(name, "wait for", errno)
      }
      if polled[1].revents != 0 { return false }
      if polled[0].revents != 0 { return true }
    }
    return false
  }
}
