import Glibc

/// A file that is written from front to back without a name and takes its name when it is whole.
///
/// Until then the file at `target` is as it was, and a process that ends, however it ends, leaves nothing. There are two
/// exceptions, in which a killed process leaves a file that ends in `.tmp`: a file system that cannot hold files without
/// a name, where it has that name from the start; and a target that is there already, which only a rename can replace:
/// the whole file has that name between two system calls.
package final class NewFile: Sendable {
  package let target: String
  private let temporary: String
  private let isNamed: Bool
  private let file: FileDescriptor
  /// The kernel's O_TMPFILE without O_DIRECTORY, the same number on all its platforms that Weir runs on.
  private static let withoutName: Int32 = 0o20_000_000

  /// `mode` is the permission before the process's umask.
  package init(target: String, mode: UInt32 = 0o600) throws(FileFailure) {
    self.target = target
    temporary = AtomicFile.temporaryName(beside: target)
    let folder = AtomicFile.folder(of: target)
    let canBeNamedLater = unsafe access("/proc/self/fd", X_OK) == 0
    if canBeNamedLater,
      let file = try? FileDescriptor(path: folder, flags: O_WRONLY | O_DIRECTORY | Self.withoutName, mode: mode)
    {
      self.file = file
      isNamed = false
    } else {
      file = try FileDescriptor(
        path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, operation: "create")
      isNamed = true
    }
  }

  deinit { unsafe unlink(temporary) }

  package func append(_ bytes: [UInt8]) throws(FileFailure) {
    var failure: FileFailure?
    unsafe bytes.withUnsafeBytes { pointer in
      do throws(FileFailure) { try unsafe file.writeAll(pointer) } catch { failure = error }
    }
    if let failure { throw named(failure) }
  }

  /// Writes over what stands at the front; the next `append` goes on behind it, so this comes last.
  package func replaceStart(with bytes: [UInt8]) throws(FileFailure) {
    let number = file.number
    _ = try FileDescriptor.checked(target, "write") { lseek(number, 0, SEEK_SET) < 0 ? -1 : 0 }
    try append(bytes)
  }

  /// Forces all of it to the disk and gives it its name, durably; what had that name is replaced.
  package func publish() throws(FileFailure) {
    try file.synchronize()
    if !isNamed {
      if try link(to: target) { return try AtomicFile.synchronizeFolder(of: target) }
      guard try link(to: temporary) else { throw .system(path: target, operation: "create", code: EEXIST) }
    }
    _ = try FileDescriptor.checked(target, "replace") { unsafe rename(temporary, target) }
    try AtomicFile.synchronizeFolder(of: target)
  }

  /// Gives the file a name; false where that name is taken.
  private func link(to name: String) throws(FileFailure) -> Bool {
    let place = "/proc/self/fd/\(file.number)"
    if unsafe linkat(AT_FDCWD, place, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 { return true }
    let code = errno
    if code == EEXIST { return false }
    throw FileDescriptor.failure(target, "create", code)
  }

  /// A failed write in the words of the file that was to be.
  private func named(_ failure: FileFailure) -> FileFailure {
    switch failure {
    case .noSpace(_, let operation): .noSpace(path: target, operation: operation)
    case .permission(_, let operation): .permission(path: target, operation: operation)
    case .system(_, let operation, let code): .system(path: target, operation: operation, code: code)
    default: failure
    }
  }
}
