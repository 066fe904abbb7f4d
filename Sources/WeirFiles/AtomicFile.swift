import Glibc

/// Writes a file so that readers, and the disk after a crash, hold either the old contents or the new ones.
package enum AtomicFile {
  /// Writes `bytes` to a new name in the same folder, syncs, renames over `path`, syncs the folder.
  ///
  /// `mode` is the new file's permission before the process's umask. On failure the temporary file is removed and
  /// `path` is as it was.
  package static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o600) throws(FileFailure) {
    let temporary = temporaryName(beside: path)
    do throws(FileFailure) {
      let file = try FileDescriptor(
        path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, operation: "create")
      try writeAndSync(file, bytes)
      _ = try FileDescriptor.checked(path, "replace") { unsafe rename(temporary, path) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
    try synchronizeFolder(of: path)
  }

  private static func writeAndSync(_ file: borrowing FileDescriptor, _ bytes: [UInt8]) throws(FileFailure) {
    var failure: FileFailure?
    unsafe bytes.withUnsafeBytes { pointer in
      do throws(FileFailure) { try unsafe file.writeAll(pointer) } catch { failure = error }
    }
    if let failure { throw failure }
    try file.synchronize()
  }

  /// A rename is durable only once its folder is.
  static func synchronizeFolder(of path: String) throws(FileFailure) {
    let folder = try FileDescriptor(path: folder(of: path), flags: O_RDONLY | O_DIRECTORY)
    try folder.synchronize()
  }

  /// Removes a file that may be there.
  package static func remove(_ path: String) { unsafe unlink(path) }

  /// The folder that `path` lies in.
  package static func folder(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
  }

  /// Unique among processes by id and among threads by chance, so that two writers never share a name.
  static func temporaryName(beside path: String) -> String {
    "\(path).\(getpid()).\(String(UInt64.random(in: .min ... .max), radix: 36)).tmp"
  }
}
