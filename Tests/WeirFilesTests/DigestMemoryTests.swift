import Testing

@testable import WeirFiles

@Suite("Digests that were computed before")
struct DigestMemoryTests {
  private let digest = String(repeating: "ab", count: 32)

  @Test("are found by key, the latest first, and survive writing")
  func roundTrip() {
    var memory = DigestMemory()
    let other = String(repeating: "0", count: 64)
    memory.remember(digest, for: "file-1")
    memory.remember(other, for: "file-2")
    memory.remember(other, for: "file-1")
    #expect(memory.digest(for: "file-1") == other)
    #expect(memory.digest(for: "file-3") == nil)
    #expect(DigestMemory(parsing: memory.text) == memory)
  }

  @Test("are bounded in number and in length, and lines that say nothing are left out")
  func bounds() {
    var memory = DigestMemory()
    for index in 0..<200 { memory.remember(digest, for: "file-\(index)") }
    #expect(memory.digest(for: "file-0") == nil)
    #expect(memory.digest(for: "file-199") == digest)
    #expect(memory.text.split(separator: "\n").count == DigestMemory.most + 1)
    memory.remember(digest, for: "with space")
    memory.remember(digest, for: String(repeating: "k", count: 300))
    #expect(memory.digest(for: "with space") == nil)
    let text = "weir digests 1\n\(digest) a\nshort b\n\(digest.uppercased()) c\n\(digest)\n\n\(digest) d e\n"
    #expect(DigestMemory(parsing: text).text == "weir digests 1\n\(digest) a\n")
    #expect(DigestMemory(parsing: "weir digests 2\n\(digest) a\n") == DigestMemory())
    #expect(DigestMemory(parsing: "") == DigestMemory())
  }

  @Test("are added to a file, and a missing or damaged file remembers nothing")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("digests")
    #expect(DigestMemory(path: path) == DigestMemory())
    try DigestMemory.add([("a", digest)], to: path)
    try DigestMemory.add([("b", digest)], to: path)
    #expect(DigestMemory(path: path).digest(for: "a") == digest)
    #expect(DigestMemory(path: path).digest(for: "b") == digest)
    try AtomicFile.write([0xFF, 0xFE, 10], to: path)
    #expect(DigestMemory(path: path) == DigestMemory())
  }
}

@Suite("Which file this is")
struct FileIdentityTests {
  @Test("an identity follows a file through links and changes with every write")
  func identity() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try AtomicFile.write([1, 2, 3], to: path)
    let first = try FileIdentity(of: path)
    #expect(first == (try FileIdentity(of: path)))
    #expect(try ByteRegion(path: path).identity == first)
    #expect(ByteRegion(name: "copy", copying: [1]).identity == nil)
    try AtomicFile.write([1, 2, 3], to: path)
    let second = try FileIdentity(of: path)
    #expect(second != first && second.text != first.text)
    #expect(throws: FileFailure.self) { _ = try FileIdentity(of: folder.path("none")) }
  }

  @Test("times are settled some seconds after the last change")
  func settled() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try AtomicFile.write([1], to: path)
    let identity = try FileIdentity(of: path)
    #expect(!identity.isSettled(at: identity.changed))
    #expect(!identity.isSettled(at: identity.changed + 2_000_000_000))
    #expect(identity.isSettled(at: max(identity.changed, identity.modified) + 3_000_000_000))
  }

  @Test("pages of a mapped file can be let go of and come back")
  func release() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try AtomicFile.write(bytes, to: path)
    let region = try ByteRegion(path: path)
    #expect(region.array == bytes)
    region.releasePages()
    try region.slice(at: 5000, count: 20_000).releasePages()
    #expect(region.array == bytes)
    #expect(SHA256Digest(of: region) == SHA256Digest(of: bytes))
    // Memory that no file can fill again is left alone.
    let copy = ByteRegion(name: "copy", copying: bytes)
    copy.releasePages()
    #expect(copy.array == bytes)
  }

  @Test("a process's memory is read from the kernel's text")
  func memoryMap() throws {
    let text = """
      7f0000000000-7f0000003000 r--p 00000000 fe:00 12 /a b
      Size:                 12 kB
      Rss:                   8 kB
      Pss:                   8 kB
      7f0000004000-7f0000006000 rw-p 00000000 00:00 0
      Rss:                   8 kB
      """
    let map = MemoryMap(parsing: text)
    #expect(map.areas.map(\.resident) == [8192, 8192])
    #expect(map.residentBytes(of: 0x7f0000000000..<0x7f0000003000) == 8192)
    #expect(map.residentBytes(of: 0x7f0000005000..<0x7f0000006000) == 4096)
    #expect(map.residentBytes(of: 0..<0x1000) == 0)
    #expect(MemoryMap(parsing: "garbage\n-\nRss: x\n").areas.isEmpty)
    #expect(MemoryMap.field("RssAnon", in: "VmRSS:\t  10 kB\nRssAnon:\t     7 kB\n") == 7168)
    #expect(MemoryMap.field("RssFile", in: "VmRSS:\t  10 kB\n") == nil)
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try AtomicFile.write([UInt8](repeating: 1, count: 1 << 20), to: path)
    let region = try ByteRegion(path: path)
    let before = region.residentBytes(in: try #require(MemoryMap.current()))
    #expect(region.array.count == 1 << 20)
    let after = region.residentBytes(in: try #require(MemoryMap.current()))
    #expect(before < after && after == 1 << 20)
    #expect((MemoryMap.status("VmHWM") ?? 0) > 0)
  }
}

@Suite("A file that takes its name when it is whole")
struct NewFileTests {
  @Test("is not there before, replaces what was there, and leaves nothing else")
  func publish() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("file")
    try AtomicFile.write([9], to: path)
    do {
      let dropped = try NewFile(target: path)
      try dropped.append([1, 2])
    }
    #expect(try ByteRegion(path: path).array == [9])
    let file = try NewFile(target: path)
    try file.append([0, 0, 3, 4])
    try file.append([5])
    try file.replaceStart(with: [1, 2])
    #expect(try ByteRegion(path: path).array == [9])
    try file.publish()
    #expect(try ByteRegion(path: path).array == [1, 2, 3, 4, 5])
    #expect(try FolderListing(of: folder.root, limit: 10).names == ["file"])
    #expect(throws: FileFailure.self) { _ = try NewFile(target: folder.path("no/file")) }
  }

  @Test("takes a free name at once: one that leaves no room for an ending is as good as any")
  func directly() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 255)
    let file = try NewFile(target: folder.path(name))
    try file.append([1])
    try file.publish()
    #expect(try FolderListing(of: folder.root, limit: 10).names == [name])
    #expect(try ByteRegion(path: folder.path(name)).array == [1])
  }
}
