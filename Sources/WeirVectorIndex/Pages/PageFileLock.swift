import Glibc
internal import WeirFiles

/// Keeps other processes from the file as long as the value lives.
struct PageFileLock: Sendable {
  private let exclusive: FileLock?
  private let shared: SharedLock?

  init(owning path: String) throws(PageFileFailure) {
    do throws(FileFailure) {
      exclusive = try FileLock(path: path)
    } catch {
      if case .locked(let path, let holder) = error { throw .inUse(path: path, holder: holder) }
      throw .file(error)
    }
    shared = nil
  }

  /// Shared with other readers, without a change to the folder; no lock where there is no file to lock.
  init(reading path: String) throws(PageFileFailure) {
    exclusive = nil
    shared = try SharedLock(path: path)
  }

  private final class SharedLock: Sendable {
    private let number: Int32

    init?(path: String) throws(PageFileFailure) {
      number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      if number < 0 {
        if errno == ENOENT { return nil }
        throw PageStream.failure(path, "lock", errno)
      }
      while flock(number, LOCK_SH | LOCK_NB) != 0 {
        let code = errno
        if code == EWOULDBLOCK { throw .inUse(path: path, holder: nil) }
        if code != EINTR { throw PageStream.failure(path, "lock", code) }
      }
    }

    deinit { if number >= 0 { _ = close(number) } }
  }
}
