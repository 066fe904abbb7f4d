import Foundation
import Testing
import WeirFiles

@testable import WeirVectorIndex

@Suite struct PageFileTests {
  @Test func `pages come back after a checkpoint and without one do not`() throws {
    let folder = try PageFolder()
    do {
      let file = try folder.open()
      #expect(file.start == .created && file.pageCount == 1)
      #expect(try file.append(3) == 1)
      for page in 0..<4 { file.set(UInt64(page) + 100, page) }
      #expect(file.dirtyPages == 4)
      try file.checkpoint()
      #expect(file.dirtyPages == 0)
      for page in 0..<4 { #expect(file.value(page) == UInt64(page) + 100) }
      file.set(9, 2)
      _ = try file.append(300)
      #expect(file.value(303) == 0)
    }
    let file = try folder.open()
    #expect(file.start == .continued && file.pageCount == 4)
    for page in 0..<4 {
      #expect(file.isSound(page))
      #expect(file.value(page) == UInt64(page) + 100)
    }
    #expect(!file.isSound(4) && !file.isSound(-1) && !file.isSound(1 << 40))
    #expect(try folder.bytes().count == 4 * 4096)
    #expect(try folder.journalBytes().isEmpty)
  }

  @Test func `a second owner is refused while the first lives`() throws {
    let folder = try PageFolder()
    let first = try folder.open()
    #expect(
      throws: PageFileFailure.inUse(path: folder.path + ".lock", holder: ProcessInfo.processInfo.processIdentifier)
    ) {
      try folder.open()
    }
    #expect(first.pageCount == 1)
  }

  @Test func `a file for other vectors is replaced and says why`() throws {
    let folder = try PageFolder()
    for (identity, start) in [
      (PageFolder.identity(), PageFileStart.created),
      (PageFolder.identity(8), .replaced(.otherEncoder)),
      (PageFolder.identity(8, dimension: 3), .replaced(.dimension(found: 384, expected: 3))),
      (PageFolder.identity(8, dimension: 3, format: 2), .replaced(.format(found: 1, expected: 2))),
      (
        PageFolder.identity(8, dimension: 3, format: 2, pageBytes: 8192),
        .replaced(.pageBytes(found: 4096, expected: 8192))
      ),
      (PageFolder.identity(8, dimension: 3, format: 2, pageBytes: 8192), .continued),
    ] {
      let file = try folder.open(identity)
      #expect(file.start == start)
      #expect(file.pageCount == (start == .continued ? 6 : 1))
      _ = try file.append(5)
      file.set(1, 5)
      try file.checkpoint()
    }
    #expect(try folder.open(maximumPages: 5).start == .replaced(.pageBytes(found: 8192, expected: 4096)))
    let file = try folder.open()
    _ = try file.append(5)
    try file.checkpoint()
    #expect(file.start == .created, "the one before it ended without a checkpoint")
  }

  @Test func `no page is added beyond the limit`() throws {
    let folder = try PageFolder()
    let file = try folder.open(maximumPages: 300)
    #expect(try file.append(299) == 1)
    #expect(throws: PageFileFailure.full(path: folder.path, pages: 301, allowed: 300)) { try file.append(1) }
    file.set(3, 299)
    try file.checkpoint()
    #expect(file.value(299) == 3)
  }

  @Test func `a file that was left before its first checkpoint begins again`() throws {
    let folder = try PageFolder()
    for _ in 0..<3 {
      let file = try folder.open()
      #expect(file.start == .created && file.value(0) == 0)
      file.set(1, 0)
      _ = try file.append(2)
    }
    #expect(throws: PageFileFailure.unreadable(path: folder.path)) { try folder.open(access: .reader) }
  }
}
