import Glibc

/// A file that grows under a name of its own until it is whole, such as a download.
///
/// It is locked between processes as long as the value lives. The lock is on the file itself and ends with the process,
/// so nothing stale stays behind.
package final class PartialFile: Sendable {
  private let file: FileDescriptor

  package var path: String { file.path }

  /// Opens or creates the file and locks it; `locked` is thrown at once where another process has it.
  package init(path: String) throws(FileFailure) {
    while true {
      let file = try FileDescriptor(
        path: path, flags: O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, operation: "create")
      _ = try file.regularFileSize()
      try Self.lock(file)
      // Its last owner may have renamed it between the two calls: then the lock is on a finished file.
      if Self.isStillNamed(file) {
        self.file = file
        return
      }
    }
  }

  private static func lock(_ file: borrowing FileDescriptor) throws(FileFailure) {
    while flock(file.number, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      if code == EINTR { continue }
      if code == EWOULDBLOCK { throw .locked(path: file.path, holder: nil) }
      throw FileDescriptor.failure(file.path, "lock", code)
    }
  }

  private static func isStillNamed(_ file: borrowing FileDescriptor) -> Bool {
    var (opened, named) = (stat(), stat())
    return unsafe fstat(file.number, &opened) == 0 && lstat(file.path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }

  /// Bytes that it has.
  package func count() throws(FileFailure) -> Int { try file.regularFileSize() }

  package func append(_ bytes: [UInt8]) throws(FileFailure) {
    var failure: FileFailure?
    unsafe bytes.withUnsafeBytes { pointer in
      do throws(FileFailure) { try unsafe file.writeAll(pointer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Drops what is beyond `length` bytes.
  package func cut(to length: Int) throws(FileFailure) {
    let number = file.number
    _ = try FileDescriptor.checked(path, "truncate") { ftruncate(number, off_t(length)) }
  }

  /// Forces all of it to the disk, then gives it the name `target`, durably; what had that name is replaced.
  package func publish(as target: String) throws(FileFailure) {
    try file.synchronize()
    _ = try FileDescriptor.checked(target, "replace") { unsafe rename(path, target) }
    try AtomicFile.synchronizeFolder(of: target)
  }

  /// Removes it; the value can still be dropped.
  package func remove() { unsafe unlink(path) }
}
