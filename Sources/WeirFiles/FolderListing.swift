import Glibc

/// The names in one folder.
package struct FolderListing: Sendable, Hashable {
  /// In the order of their bytes, without `.` and `..`.
  package var names: [String] = []
  /// Names that are not UTF-8 and so cannot be written in a report.
  package var unreadableNames = 0

  /// Reads the folder; throws where there is none, it may not be read, or it has more than `limit` names.
  package init(of path: String, limit: Int) throws(FileFailure) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .missing(path: path) }
    guard let stream = unsafe opendir(path) else { throw FileDescriptor.failure(path, "list", errno) }
    defer { unsafe closedir(stream) }
    while true {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw FileDescriptor.failure(path, "list", errno) }
        break
      }
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let name else {
        unreadableNames += 1
        continue
      }
      if name == "." || name == ".." { continue }
      guard names.count < limit else { throw .tooManyNames(path: path, allowed: limit) }
      names.append(name)
    }
    names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
