import Glibc

/// How much room a file system has.
package enum DiskSpace {
  /// Bytes that an unprivileged process may still write on the file system of `path`.
  package static func free(at path: String) throws(FileFailure) -> UInt64 {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { throw FileDescriptor.failure(path, "inspect", errno) }
    return UInt64(status.f_bavail) * UInt64(status.f_frsize)
  }
}
