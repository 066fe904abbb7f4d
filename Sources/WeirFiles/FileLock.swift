import Glibc

/// An exclusive lock between processes, held as long as the value lives.
///
/// The kernel drops it when the process ends, however it ends, so no stale lock can remain. The file holds the
/// owner's process id, for the message only.
package final class FileLock: Sendable {
  package let path: String
  private let number: Int32

  /// Takes the lock or throws `locked` at once; the file is created where missing and never removed.
  package init(path: String) throws(FileFailure) {
    let file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, operation: "lock")
    let number = file.number
    while flock(number, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      if code == EWOULDBLOCK { throw .locked(path: path, holder: Self.holder(number)) }
      throw FileDescriptor.failure(path, "lock", code)
    }
    try Self.writeHolder(file)
    self.path = path
    // The duplicate shares the open file description, and with it the lock.
    self.number = try FileDescriptor.checked(path, "lock") { fcntl(number, F_DUPFD_CLOEXEC, 0) }
  }

  deinit { _ = close(number) }

  private static func writeHolder(_ file: borrowing FileDescriptor) throws(FileFailure) {
    let number = file.number
    _ = try FileDescriptor.checked(file.path, "lock") { ftruncate(number, 0) }
    var failure: FileFailure?
    unsafe Array("\(getpid())\n".utf8).withUnsafeBytes { bytes in
      do throws(FileFailure) { try unsafe file.writeAll(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  private static func holder(_ number: Int32) -> Int32? {
    var space = [UInt8](repeating: 0, count: 16)
    let count = unsafe space.withUnsafeMutableBytes { unsafe pread(number, $0.baseAddress, $0.count, 0) }
    guard count > 0 else { return nil }
    return Int32(String(decoding: space[..<count].prefix { $0 != 10 }, as: UTF8.self))
  }
}
