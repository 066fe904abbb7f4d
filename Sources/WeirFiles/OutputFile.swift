import Glibc

/// An open descriptor that is written to, such as standard output or a file that is appended to.
package final class OutputFile: Sendable {
  private let descriptor: Int32
  private let isOwned: Bool
  package let path: String

  /// Borrows an open descriptor.
  package init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    path = name
    isOwned = false
  }

  /// Creates or opens the file at `path` for appending, after cutting it to `length` bytes where that is given.
  package init(appendingTo path: String, cutTo length: Int? = nil) throws(FileFailure) {
    self.path = path
    isOwned = true
    descriptor = try FileDescriptor.checked(path, "open") {
      unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    }
    if let length {
      let descriptor = descriptor
      _ = try FileDescriptor.checked(path, "truncate") { ftruncate(descriptor, off_t(length)) }
    }
  }

  deinit { if isOwned { _ = close(descriptor) } }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// True where `descriptor` is open on a regular file, as after `> file`.
  package static func isRegularFile(descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Cuts a regular file to `length` bytes.
  package func cut(to length: Int) throws(FileFailure) {
    _ = try FileDescriptor.checked(path, "truncate") { ftruncate(descriptor, off_t(length)) }
  }

  /// Writes all of `text`; false once nobody reads any more (a closed pipe).
  package func write(_ text: String) throws(FileFailure) -> Bool { try write(Array(text.utf8)) }

  /// Writes all of `bytes`; false once nobody reads any more (a closed pipe).
  package func write(_ bytes: [UInt8]) throws(FileFailure) -> Bool {
    var bytes = bytes[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EPIPE {
        return false
      } else if errno == EAGAIN {
        // Whoever shares the descriptor made it non-blocking: wait as a blocking one would.
        var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&room, 1, -1)
      } else if errno != EINTR {
        throw FileDescriptor.failure(path, "write", errno)
      }
    }
    return true
  }

  /// Makes a write to a closed pipe an error of that write instead of the end of the process.
  package static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Columns of the terminal on `descriptor`, or nil where it is none.
  package static func terminalColumns(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }
}
