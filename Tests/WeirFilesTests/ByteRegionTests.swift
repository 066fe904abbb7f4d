import Testing

@testable import WeirFiles

@Suite struct ByteRegionTests {
  @Test func `a mapped file holds the bytes that were written`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bytes")
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try AtomicFile.write(bytes, to: path)
    let region = try ByteRegion(path: path)
    #expect(region.array == bytes)
    #expect(region.name == path)
    #expect(region.withSpan { $0.byteCount } == 10_000)
  }

  @Test func `a slice keeps the file mapped after the region is gone`() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1, 2, 3, 4], to: folder.path("bytes"))
    func slice() throws -> ByteRegion { try ByteRegion(path: folder.path("bytes")).slice(at: 1, count: 2) }
    #expect(try slice().array == [2, 3])
  }

  @Test func `every slice that leaves the region is refused`() {
    let region = ByteRegion(name: "four", copying: [1, 2, 3, 4])
    for offset in -2...6 {
      for count in -2...6 {
        let inside = offset >= 0 && count >= 0 && offset + count <= 4
        #expect(((try? region.slice(at: offset, count: count)) != nil) == inside, "\(offset) \(count)")
      }
    }
    #expect(throws: FileFailure.truncated(name: "four", offset: 1, wanted: UInt64(Int.max), available: 3)) {
      try region.slice(at: 1, count: .max)
    }
  }

  @Test func `a file that cannot be mapped is refused by its kind`() throws {
    let folder = try TemporaryFolder()
    let missing = folder.path("missing")
    #expect(throws: FileFailure.missing(path: missing)) { try ByteRegion(path: missing) }
    #expect(throws: FileFailure.notAFile(path: folder.root, found: "a directory")) {
      try ByteRegion(path: folder.root)
    }
    let empty = folder.path("empty")
    try AtomicFile.write([], to: empty)
    #expect(throws: FileFailure.empty(path: empty)) { try ByteRegion(path: empty) }
    #expect(throws: FileFailure.missing(path: empty + "/below")) { try ByteRegion(path: empty + "/below") }
    let pipe = folder.path("pipe")
    try folder.makePipe("pipe")
    #expect(throws: FileFailure.notAFile(path: pipe, found: "a pipe")) { try ByteRegion(path: pipe) }
  }

  @Test(.enabled(if: TemporaryFolder.permissionsMatter)) func `a file without permission is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("closed")
    try AtomicFile.write([1], to: path, mode: 0)
    #expect(throws: FileFailure.permission(path: path, operation: "open")) { try ByteRegion(path: path) }
  }

  @Test func `bytes inside the binary need no file`() {
    let region = StaticBytes.region
    #expect(region.array == Array("weir".utf8))
    #expect(region.text == "weir")
  }

  @Test func `numbers are read at any offset`() {
    let region = ByteRegion(name: "numbers", copying: [0, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(region.number(at: 1, as: UInt32.self) == 0x0403_0201)
    #expect(region.number(at: 1, as: UInt64.self) == 0x0807_0605_0403_0201)
    #expect(region.numbers(UInt16.self, count: 4) == [0x0100, 0x0302, 0x0504, 0x0706])
    #expect(region.array(in: 2..<4) == [2, 3])
  }
}
