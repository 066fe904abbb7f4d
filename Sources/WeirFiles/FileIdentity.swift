import Glibc

/// Which file this is and when it changed last: while two are equal, the contents are the same.
///
/// The time of the last change (ctime) moves with every write and cannot be set back by a program, unlike the time of
/// the last modification.
package struct FileIdentity: Sendable, Hashable {
  package var device: UInt64
  package var inode: UInt64
  /// In bytes.
  package var size: Int
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970: contents, name or permissions.
  package var changed: Int64

  /// Of what `path` leads to, through symbolic links.
  package init(of path: String) throws(FileFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing(path: path) }
    var status = stat()
    if unsafe stat(path, &status) != 0 { throw FileDescriptor.failure(path, "inspect", errno) }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    modified = Self.nanoseconds(status.st_mtim)
    changed = Self.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ Int64(time.tv_nsec)
  }

  /// Five numbers with hyphens between them.
  package var text: String { "\(device)-\(inode)-\(size)-\(modified)-\(changed)" }

  /// False where the file changed so shortly before `now` (nanoseconds since 1970) that one more write could leave the
  /// same times: file systems keep them to some milliseconds, old ones to two seconds.
  package func isSettled(at now: Int64) -> Bool { changed < now - 2_500_000_000 && modified < now - 2_500_000_000 }
}
