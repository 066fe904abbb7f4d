import Testing

@testable import WeirFiles

@Suite("A file that grows until it is whole")
struct PartialFileTests {
  @Test func `grows, shrinks and takes its name`() throws {
    let folder = try TemporaryFolder()
    let file = try PartialFile(path: folder.path("a.partial"))
    try file.append([1, 2, 3])
    try file.append([4])
    try file.cut(to: 2)
    try file.append([5])
    #expect(try file.count() == 3)
    try file.publish(as: folder.path("a"))
    #expect(folder.names() == ["a"])
    #expect(try ByteRegion(path: folder.path("a")).array == [1, 2, 5])
  }

  @Test func `is one process's at a time, and free again afterwards`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.partial")
    do {
      let file = try PartialFile(path: path)
      #expect(throws: FileFailure.locked(path: path, holder: nil)) { try PartialFile(path: path) }
      try file.append([1])
    }
    #expect(try PartialFile(path: path).count() == 1)
  }

  @Test func `is a regular file`() throws {
    let folder = try TemporaryFolder()
    try folder.makePipe("pipe")
    #expect(throws: FileFailure.notAFile(path: folder.path("pipe"), found: "a pipe")) {
      try PartialFile(path: folder.path("pipe"))
    }
  }
}
