import Glibc
internal import WeirFiles

/// The calls to the operating system that change files; tests put failures in their way.
///
/// Results are those of the calls, with the negative errno in place of -1.
protocol PageFileCalls: Sendable {
  func open(_ path: String, _ flags: Int32) -> Int32
  func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int
  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int
  func synchronize(_ file: Int32) -> Int32
  func resize(_ file: Int32, to size: Int) -> Int32
}

/// The operating system itself.
struct SystemCalls: PageFileCalls {
  func open(_ path: String, _ flags: Int32) -> Int32 {
    let number = unsafe Glibc.open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
    return number < 0 ? -errno : number
  }

  func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    let count = unsafe pread(file, bytes.baseAddress, bytes.count, offset)
    return count < 0 ? -Int(errno) : count
  }

  func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    let count = unsafe pwrite(file, bytes.baseAddress, bytes.count, offset)
    return count < 0 ? -Int(errno) : count
  }

  func synchronize(_ file: Int32) -> Int32 { fdatasync(file) < 0 ? -errno : 0 }

  func resize(_ file: Int32, to size: Int) -> Int32 { ftruncate(file, size) < 0 ? -errno : 0 }
}

/// An open file: calls repeated while interrupted or short, refusals as failures.
final class PageStream: Sendable {
  let path: String
  let number: Int32
  private let calls: any PageFileCalls

  init(path: String, flags: Int32, calls: any PageFileCalls) throws(PageFileFailure) {
    self.path = path
    self.calls = calls
    var result: Int32
    repeat { result = calls.open(path, flags) } while result == -EINTR
    guard result >= 0 else { throw Self.failure(path, "open", -result) }
    number = result
  }

  deinit { _ = close(number) }

  /// Of a regular file; anything else is refused.
  func size() throws(PageFileFailure) -> Int {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw Self.failure(path, "inspect", errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .file(.notAFile(path: path, found: status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "a special file"))
    }
    return Int(status.st_size)
  }

  /// False where the file ends before `bytes` are full.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(PageFileFailure) -> Bool {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe calls.read(number, into: rest, at: offset + done)
      if count == 0 { return false }
      if count > 0 { done += count } else if count != -Int(EINTR) { throw failure("read", count) }
    }
    return true
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(PageFileFailure) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe calls.write(number, rest, at: offset + done)
      if count >= 0 { done += count } else if count != -Int(EINTR) { throw failure("write", count) }
    }
  }

  func synchronize() throws(PageFileFailure) {
    var result: Int32
    repeat { result = calls.synchronize(number) } while result == -EINTR
    guard result == 0 else { throw failure("sync", Int(result)) }
  }

  func resize(to size: Int) throws(PageFileFailure) {
    var result: Int32
    repeat { result = calls.resize(number, to: size) } while result == -EINTR
    guard result == 0 else { throw failure("resize", Int(result)) }
  }

  private func failure(_ operation: String, _ result: Int) -> PageFileFailure {
    Self.failure(path, operation, Int32(-result))
  }

  static func failure(_ path: String, _ operation: String, _ code: Int32) -> PageFileFailure {
    switch code {
    case ENOENT, ENOTDIR: .file(.missing(path: path))
    case EACCES, EPERM, EROFS: .file(.permission(path: path, operation: operation))
    case ENOSPC, EDQUOT, EFBIG: .file(.noSpace(path: path, operation: operation))
    case ELOOP: .file(.notAFile(path: path, found: "a symbolic link"))
    default: .file(.system(path: path, operation: operation, code: code))
    }
  }
}
