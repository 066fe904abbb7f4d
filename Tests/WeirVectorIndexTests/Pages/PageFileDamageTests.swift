import Foundation
import Synchronization
import Testing
import WeirFiles

@testable import WeirVectorIndex

@Suite struct PageFileDamageTests {
  /// A file of five pages, page n holding n + 1 at two places.
  private func makeFile(_ folder: PageFolder) throws {
    let file = try folder.open()
    _ = try file.append(4)
    for page in 0..<5 {
      file.set(UInt64(page) + 1, page)
      file.set(UInt64(page) + 1, page, 3000)
    }
    try file.checkpoint()
  }

  /// The bytes of the header, of the root's fields, the first and last of the payload, and some between.
  private static let offsets = Array(0..<136) + [1023, 2048, 3000 + 64, 3000 + 128, 4095]

  @Test func `a flipped bit in a page is found, and no other page suffers`() throws {
    let folder = try PageFolder()
    try makeFile(folder)
    let whole = try folder.bytes()
    for page in 1..<5 {
      for offset in Self.offsets {
        var bytes = whole
        bytes[page * 4096 + offset] ^= 1 << UInt8((page + offset) % 8)
        try folder.write(bytes)
        let reported = Mutex<[Int]>([])
        let file = try folder.open(onDamage: { page in reported.withLock { $0.append(page) } })
        #expect(file.start == .continued)
        for other in 0..<5 { #expect(file.isSound(other) == (other != page), "page \(page) at \(offset)") }
        #expect(!file.isSound(page) && file.damagedPages == 1)
        #expect(reported.withLock { $0 } == [page])
      }
    }
  }

  @Test func `a flipped bit in the first page begins anew, or is in no use`() throws {
    let folder = try PageFolder()
    try makeFile(folder)
    let whole = try folder.bytes()
    for offset in Self.offsets {
      var bytes = whole
      bytes[offset] ^= 0x10
      try folder.write(bytes)
      #expect(throws: PageFileFailure.unreadable(path: folder.path)) { try folder.open(access: .reader) }
      let file = try folder.open()
      guard case .replaced = file.start else {
        Issue.record("byte \(offset) of the root was not missed")
        continue
      }
      #expect(file.pageCount == 1)
    }
  }

  @Test func `a damaged page is repaired by a reset that is then durable`() throws {
    let folder = try PageFolder()
    try makeFile(folder)
    var bytes = try folder.bytes()
    bytes[3 * 4096 + 500] ^= 1
    try folder.write(bytes)
    do {
      let file = try folder.open()
      #expect(!file.isSound(3) && !file.markDirty(3))
      file.reset(3)
      #expect(file.isSound(3) && file.value(3) == 0 && file.damagedPages == 0)
      file.set(33, 3)
      try file.checkpoint()
    }
    let file = try folder.open()
    #expect(file.isSound(3) && file.value(3) == 33 && file.value(4) == 5)
  }

  @Test func `a file of any shorter or longer length is read as far as it goes`() throws {
    let folder = try PageFolder()
    try makeFile(folder)
    let whole = try folder.bytes()
    let lengths = [
      0, 1, 63, 64, 127, 128, 4095, 4096, 4097, 8191, 8192, 8193, 4 * 4096, 5 * 4096 - 1, 5 * 4096 + 1, 7 * 4096,
    ]
    for length in lengths {
      try folder.write(Array((whole + [UInt8](repeating: 0xAB, count: 3 * 4096)).prefix(length)))
      do {
        let file = try folder.open()
        if length == 0 { #expect(file.start == .created) }
        guard length >= 4096 else {
          #expect(file.start != .continued && file.pageCount == 1)
          continue
        }
        #expect(file.start == .continued && file.pageCount == 5)
        for page in 1..<5 { #expect(file.isSound(page) == (length >= (page + 1) * 4096), "page \(page) of \(length)") }
        // What was lost is filled again and grows on.
        for page in 1..<5 where !file.isSound(page) { file.reset(page) }
        for page in 1..<5 { file.set(70, page) }
        #expect(try file.append(1) == 5)
        try file.checkpoint()
      }
      let file = try folder.open()
      #expect(file.pageCount == 6)
      for page in 0..<6 { #expect(file.isSound(page), "page \(page) of \(length)") }
    }
  }

  @Test func `a pipe, a folder and a symbolic link are refused`() throws {
    let folder = try PageFolder()
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    #expect(throws: PageFileFailure.self) { try folder.open() }
    try FileManager.default.removeItem(atPath: folder.path)
    unsafe #expect(mkfifo(folder.path, 0o600) == 0)
    #expect(throws: PageFileFailure.file(.notAFile(path: folder.path, found: "a special file"))) { try folder.open() }
    try FileManager.default.removeItem(atPath: folder.path)
    try FileManager.default.createSymbolicLink(atPath: folder.path, withDestinationPath: "elsewhere")
    #expect(throws: PageFileFailure.file(.notAFile(path: folder.path, found: "a symbolic link"))) { try folder.open() }
  }

  // MARK: Journal

  /// Leaves a file whose last checkpoint stopped between journal and file, as two files.
  private func interrupt(_ folder: PageFolder, writes: Int) throws {
    try makeFile(folder)
    let disk = FaultyDisk()
    let file = try folder.open(calls: disk)
    for page in 0..<5 where page != 2 { file.set(UInt64(page) + 101, page) }
    // The line, two runs of images, the trailer and the sync come before the places in the file.
    disk.set(FaultyDisk.Fault(call: 5 + writes, arrives: writes == 0 ? 0 : 1000))
    #expect(throws: PageFileFailure.self) { try file.checkpoint() }
  }

  private func values(_ file: PageFile) -> [UInt64?] {
    (0..<file.pageCount).map { file.isSound($0) ? file.value($0) : nil }
  }

  @Test(arguments: 0..<4) func `a journal with a flipped bit completes nothing by halves`(writes: Int) throws {
    let folder = try PageFolder()
    try interrupt(folder, writes: writes)
    let (bytes, journal) = (try folder.bytes(), try folder.journalBytes())
    let (old, new): ([UInt64?], [UInt64?]) = ([1, 2, 3, 4, 5], [101, 102, 3, 104, 105])
    #expect(journal.count == 4096 + 4 * 4096 + 64)
    #expect(values(try folder.open()) == new)
    let trailer = journal.count - 64
    let places =
      Array(0..<64) + [4095] + Self.offsets.map { 4096 + $0 } + Self.offsets.map { 3 * 4096 + $0 }
      + Array(trailer..<journal.count)
    for place in places {
      var damaged = journal
      damaged[place] ^= 0x04
      try folder.write(bytes)
      try folder.writeJournal(damaged)
      let file = try folder.open()
      let found = values(file)
      // Nothing had changed in place: the old state. Else some pages are new: begun anew.
      if writes == 0, found != old { Issue.record("byte \(place): \(found)") }
      if writes > 0, file.start != .replaced(.damagedJournal) { Issue.record("byte \(place): \(file.start), \(found)") }
    }
  }

  @Test func `a journal cut off anywhere is as if it were not there`() throws {
    let folder = try PageFolder()
    try interrupt(folder, writes: 0)
    let (bytes, journal) = (try folder.bytes(), try folder.journalBytes())
    for length in [0, 1, 64, 4095, 4096, 4097, 8192, 5 * 4096, journal.count - 64, journal.count - 1] {
      try folder.write(bytes)
      try folder.writeJournal(Array(journal.prefix(length)))
      #expect(values(try folder.open()) == [1, 2, 3, 4, 5], "\(length) bytes")
    }
    try folder.write(bytes)
    try folder.writeJournal(journal + [0])
    #expect(values(try folder.open()) == [1, 2, 3, 4, 5])
  }

  @Test func `the journal of another file is not written into this one`() throws {
    let (folder, other) = (try PageFolder(), try PageFolder())
    try interrupt(other, writes: 0)
    try makeFile(folder)
    try folder.writeJournal(try other.journalBytes())
    #expect(values(try folder.open()) == [1, 2, 3, 4, 5])
    // Nor an old one of this file.
    let (old, early) = (try other.journalBytes(), try other.bytes())
    for round in 0..<3 as Range<UInt64> {
      let file = try other.open()
      file.set(round, 1)
      try file.checkpoint()
    }
    try other.writeJournal(old)
    #expect(values(try other.open())[1] == 2)
    #expect(early.count == 5 * 4096)
  }

  @Test func `a reader sees what the journal completes and changes nothing`() throws {
    let folder = try PageFolder()
    try interrupt(folder, writes: 2)
    try FileManager.default.removeItem(atPath: folder.path + ".lock")
    let (bytes, journal) = (try folder.bytes(), try folder.journalBytes())
    let file = try folder.open(access: .reader)
    #expect(values(file) == [101, 102, 3, 104, 105])
    #expect(throws: PageFileFailure.readOnly(path: folder.path)) { try file.append(1) }
    #expect(throws: PageFileFailure.readOnly(path: folder.path)) { try file.checkpoint() }
    #expect(try folder.bytes() == bytes && folder.journalBytes() == journal)
    #expect(!FileManager.default.fileExists(atPath: folder.path + ".lock"))
  }
}
