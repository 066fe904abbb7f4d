import Glibc

/// One open file of the operating system: the only place of this target that calls it and reads errno.
///
/// Interrupted calls are repeated; every other refusal becomes a `FileFailure` with the path in it.
struct FileDescriptor: ~Copyable {
  let number: Int32
  let path: String

  /// Opens `path` with `flags` (O_CLOEXEC is added); `operation` is the verb of a failure's sentence.
  init(
    path: String, flags: Int32, mode: mode_t = 0o600, operation: String = "open"
  ) throws(FileFailure) {
    self.path = path
    number = try Self.checked(path, operation) { unsafe open(path, flags | O_CLOEXEC, mode) }
  }

  deinit { _ = close(number) }

  /// Repeats `call` while it is interrupted and turns -1 into a failure.
  static func checked(
    _ path: String, _ operation: String, _ call: () -> Int32
  ) throws(FileFailure) -> Int32 {
    while true {
      let result = call()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { throw failure(path, operation, code) }
    }
  }

  static func failure(_ path: String, _ operation: String, _ code: Int32) -> FileFailure {
    switch code {
    case ENOENT, ENOTDIR: .missing(path: path)
    case EISDIR: .notAFile(path: path, found: "a directory")
    case EACCES, EPERM, EROFS: .permission(path: path, operation: operation)
    case ENOSPC, EDQUOT: .noSpace(path: path, operation: operation)
    default: .system(path: path, operation: operation, code: code)
    }
  }

  /// Size in bytes of a regular file; anything else is refused by its kind.
  func regularFileSize() throws(FileFailure) -> Int {
    var status = stat()
    if unsafe fstat(number, &status) != 0 { throw Self.failure(path, "inspect", errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return Int(status.st_size)
    case S_IFDIR: throw .notAFile(path: path, found: "a directory")
    case S_IFIFO: throw .notAFile(path: path, found: "a pipe")
    case S_IFSOCK: throw .notAFile(path: path, found: "a socket")
    default: throw .notAFile(path: path, found: "a device")
    }
  }

  /// Which file is open.
  func identity() throws(FileFailure) -> FileIdentity {
    var status = stat()
    if unsafe fstat(number, &status) != 0 { throw Self.failure(path, "inspect", errno) }
    return FileIdentity(status)
  }

  /// Writes all of `bytes`, however many calls that takes.
  func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileFailure) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let written = unsafe write(number, rest.baseAddress, rest.count)
      if written < 0 {
        let code = errno
        if code == EINTR { continue }
        throw Self.failure(path, "write", code)
      }
      done += written
    }
  }

  /// Forces contents and size to the disk.
  func synchronize() throws(FileFailure) {
    let number = number
    _ = try Self.checked(path, "sync") { fsync(number) }
  }
}
