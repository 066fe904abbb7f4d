import Glibc
import Testing

@testable import WeirFiles

@Suite struct AtomicFileTests {
  @Test func `a write replaces the whole file and leaves nothing beside it`() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write(Array(repeating: 1, count: 5000), to: folder.path("file"))
    try AtomicFile.write([2, 3], to: folder.path("file"))
    #expect(try ByteRegion(path: folder.path("file")).array == [2, 3])
    #expect(folder.names() == ["file"])
  }

  @Test func `a reader of the old file keeps its bytes`() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1, 1, 1], to: folder.path("file"))
    let old = try ByteRegion(path: folder.path("file"))
    try AtomicFile.write([2], to: folder.path("file"))
    #expect(old.array == [1, 1, 1])
  }

  @Test func `a write that cannot be finished leaves the old file and no other`() throws {
    let folder = try TemporaryFolder()
    let target = folder.path("folder")
    try #require(unsafe mkdir(target, 0o700) == 0)
    defer { unsafe rmdir(target) }
    #expect(throws: FileFailure.notAFile(path: target, found: "a directory")) {
      try AtomicFile.write([1], to: target)
    }
    #expect(folder.names() == ["folder"])
  }

  @Test func `a missing folder is named`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileFailure.self) { try AtomicFile.write([1], to: folder.path("none/file")) }
  }

  @Test func `a full disk is told as such`() {
    #expect(throws: FileFailure.noSpace(path: "/dev/full", operation: "write")) {
      let file = try FileDescriptor(path: "/dev/full", flags: O_WRONLY)
      try unsafe [UInt8](repeating: 0, count: 10).withUnsafeBytes { try unsafe file.writeAll($0) }
    }
  }

  @Test func `the folder of a path is found`() {
    #expect(AtomicFile.folder(of: "/a/b") == "/a")
    #expect(AtomicFile.folder(of: "/a") == "/")
    #expect(AtomicFile.folder(of: "a") == ".")
  }
}
