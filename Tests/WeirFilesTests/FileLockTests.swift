import Glibc
import Testing

@testable import WeirFiles

@Suite struct FileLockTests {
  @Test func `a second lock is refused and names the holder`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lock")
    let first = try FileLock(path: path)
    #expect(throws: FileFailure.locked(path: path, holder: getpid())) { try FileLock(path: path) }
    #expect(first.path == path)
  }

  @Test func `a lock ends with its value`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lock")
    do { _ = try FileLock(path: path) }
    _ = try FileLock(path: path)
  }
}
