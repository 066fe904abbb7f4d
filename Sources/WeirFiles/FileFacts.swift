import Glibc

/// What the file system says about a name, without opening it and without following a symbolic link.
package struct FileFacts: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case file, folder, link
    /// A pipe, a socket or a device.
    case other
  }

  package var kind: Kind
  /// In bytes; of a regular file.
  package var size: Int
  /// Nanoseconds since 1970, as precise as the file system keeps them.
  package var modified: Int64

  /// `followsLinks` looks at what a symbolic link leads to.
  package init(of path: String, followsLinks: Bool = false) throws(FileFailure) {
    // A path with a NUL would be cut there, and another file be looked at.
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing(path: path) }
    var status = stat()
    let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
    if result != 0 { throw FileDescriptor.failure(path, "inspect", errno) }
    self.init(status)
  }

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    size = Int(status.st_size)
    modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
  }
}
