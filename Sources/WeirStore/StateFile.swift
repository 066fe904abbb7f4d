internal import Glibc

/// Creates the database's folder and file with modes that keep other users out.
enum StateFile {
  /// The file is only created, never opened when it exists: closing a descriptor would drop the locks that SQLite
  /// holds on the file in this process (https://www.sqlite.org/howtocorrupt.html, section 2.2).
  static func prepare(_ path: String) throws(StoreFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .cannotOpen(path: path, reason: "the path is empty or holds a NUL")
    }
    try createFolders(above: path)
    let created = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if created >= 0 {
      close(created)
      return
    }
    guard errno == EEXIST else { throw failure(path, errno) }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw failure(path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .cannotOpen(path: path, reason: "it is not a regular file") }
    if status.st_mode & 0o077 != 0, status.st_uid == geteuid() {
      guard unsafe chmod(path, status.st_mode & 0o700) == 0 else { throw failure(path, errno) }
    }
  }

  private static func createFolders(above path: String) throws(StoreFailure) {
    var end = path.startIndex
    while let slash = path[end...].firstIndex(of: "/") {
      end = path.index(after: slash)
      let folder = String(path[..<slash])
      if folder.isEmpty { continue }
      if unsafe access(folder, F_OK) == 0 { continue }
      guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(folder, errno) }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> StoreFailure {
    switch code {
    case EACCES, EPERM, EROFS: .readOnly(path: path)
    case ENOSPC, EDQUOT: .full(path: path)
    default: .cannotOpen(path: path, reason: unsafe String(cString: strerror(code)))
    }
  }
}
