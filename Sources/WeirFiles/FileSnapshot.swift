import Glibc

/// The whole contents of a file that others may write at any time.
///
/// Read with `read` and not mapped: a mapping of a file that is shortened meanwhile ends the process.
package struct FileSnapshot: Sendable {
  package var bytes: [UInt8]
  /// As they were before and after the reading.
  package var facts: FileFacts

  /// Reads a regular file of at most `maximumBytes`; a symbolic link is refused, a pipe is not waited for.
  ///
  /// Throws `changed` where the file was written, or another one took its place in time, while it was read.
  package init(path: String, maximumBytes: Int) throws(FileFailure) {
    guard !path.utf8.contains(0) else { throw .missing(path: path) }
    let file = try FileDescriptor(path: path, flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    let size = try file.regularFileSize()
    guard size <= maximumBytes else { throw .tooLarge(path: path, bytes: size, allowed: maximumBytes) }
    let before = try Self.facts(of: file)
    // One byte more than expected shows a file that grew.
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var count = 0
    let number = file.number
    while count < bytes.count {
      let taken = unsafe bytes.withUnsafeMutableBytes { space -> Int in
        unsafe Glibc.read(number, space.baseAddress?.advanced(by: count), space.count - count)
      }
      if taken == 0 { break }
      if taken < 0 {
        let code = errno
        if code == EINTR { continue }
        throw FileDescriptor.failure(path, "read", code)
      }
      count += taken
    }
    let after = try Self.facts(of: file)
    guard before == after, count == size else { throw .changed(path: path) }
    bytes.removeLast(bytes.count - count)
    (self.bytes, facts) = (bytes, after)
  }

  private static func facts(of file: borrowing FileDescriptor) throws(FileFailure) -> FileFacts {
    var status = stat()
    let result = unsafe fstat(file.number, &status)
    if result != 0 { throw FileDescriptor.failure(file.path, "inspect", errno) }
    return FileFacts(status)
  }
}
