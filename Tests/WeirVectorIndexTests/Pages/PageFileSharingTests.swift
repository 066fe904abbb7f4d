import Foundation
import Glibc
import Synchronization
import Testing
import WeirTestSupport

@testable import WeirVectorIndex

@Suite struct PageFileSharingTests {
  /// Each page holds one number all over; pages below `settled` never change again.
  @Test func `readers see whole pages while checkpoints come and go`() throws {
    let folder = try PageFolder()
    let file = try folder.open(maximumPages: 20_000)
    let isOver = Atomic(false)
    let looks = Atomic(0)
    let settled = Atomic(1)
    let readers = (0..<3).map { number in
      JoinedThread {
        var random = SeededRandom(seed: UInt64(number))
        while !isOver.load(ordering: .acquiring) {
          let sound = settled.load(ordering: .acquiring)
          let page = Int.random(in: 0..<file.pageCount, using: &random)
          // Any page can be touched; one that has come to rest holds what was written, before, while and after it moves
          // from memory to the file.
          let (first, last) = (file.value(page), file.value(page, 3904))
          if page > 0, page < sound, first != UInt64(page) || last != first || !file.isSound(page) {
            preconditionFailure("page \(page) holds \(first) and \(last)")
          }
          looks.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    for round in 0..<60 {
      let first = try file.append(round % 3 == 0 ? 300 : 7)
      for page in first..<file.pageCount {
        file.set(UInt64(page), page)
        file.set(UInt64(page), page, 3904)
      }
      settled.store(file.pageCount, ordering: .releasing)
      file.set(UInt64(round), 0)
      try file.checkpoint()
    }
    isOver.store(true, ordering: .releasing)
    for reader in readers { reader.join() }
    #expect(looks.load(ordering: .relaxed) > 0 && file.pageCount > 6000)
  }

  @Test func `after a checkpoint memory is the file's own, in few mappings`() throws {
    let folder = try PageFolder()
    let file = try folder.open(maximumPages: 20_000)
    for round in 0..<200 {
      let first = try file.append(11)
      for page in first..<first + 11 { file.set(7, page) }
      file.set(8, 1 + round)
      try file.checkpoint()
    }
    let (mappings, dirty) = try facts(of: folder.path)
    #expect(mappings >= 1 && mappings < 20, "\(mappings) mappings")
    #expect(dirty == 0, "\(dirty) bytes are copies")
    file.set(9, 1)
    #expect(try facts(of: folder.path).dirty == 4096)
  }

  /// Mappings of a file and the bytes of them that are copies.
  private func facts(of path: String) throws -> (mappings: Int, dirty: Int) {
    let text = String(decoding: Self.bytes(of: "/proc/self/smaps"), as: UTF8.self)
    var (mappings, dirty, isOurs) = (0, 0, false)
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.first?.hasSuffix(":") == false {
        isOurs = line.hasSuffix(path)
        if isOurs { mappings += 1 }
      } else if isOurs, words.first == "Private_Dirty:", words.count > 1 {
        dirty += (Int(words[1]) ?? 0) * 1024
      }
    }
    return (mappings, dirty)
  }

  /// Such files have no size and are read a piece at a time.
  private static func bytes(of path: String) -> [UInt8] {
    let number = unsafe open(path, O_RDONLY)
    defer { close(number) }
    var (bytes, piece): ([UInt8], [UInt8]) = ([], [UInt8](repeating: 0, count: 1 << 16))
    while case let count = unsafe read(number, &piece, piece.count), count > 0 { bytes += piece[..<count] }
    return bytes
  }

  @Test func `readers of a table find every entry that stays while others come and go`() throws {
    let folder = try PageFolder()
    let file = try folder.open(maximumPages: 20_000)
    let table = try PageTable.create(in: file, seed: 1)
    for key in 0..<500 as Range<UInt64> { try table.setValue(UInt32(key) * 3, for: key) }
    let isOver = Atomic(false)
    let misses = Atomic(0)
    let looks = Atomic(0)
    let readers = (0..<2).map { number in
      JoinedThread {
        var random = SeededRandom(seed: UInt64(number))
        while !isOver.load(ordering: .acquiring) {
          let key = random.next() % 20_000
          let value = table.value(for: key)
          if let value, UInt64(value) != key * 3 { preconditionFailure("key \(key) has \(value)") }
          if key < 500, value == nil { misses.wrappingAdd(1, ordering: .relaxed) }
          looks.wrappingAdd(1, ordering: .relaxed)
        }
      }
    }
    var random = SeededRandom(seed: 77)
    for round in 0..<12_000 {
      let key = 500 + random.next() % 19_500
      if round % 3 == 0 { try table.removeValue(for: key) } else { try table.setValue(UInt32(key) * 3, for: key) }
      if round % 3000 == 0 { try file.checkpoint() }
    }
    isOver.store(true, ordering: .releasing)
    for reader in readers { reader.join() }
    // A miss needs a writer that is at the bucket 64 times in a row.
    #expect(misses.load(ordering: .relaxed) * 100 <= looks.load(ordering: .relaxed))
    for key in 0..<500 as Range<UInt64> { #expect(table.value(for: key) == UInt32(key) * 3) }
  }
}
