import Foundation
import Testing
import WeirDomain
import WeirFiles
import WeirStore

@testable import WeirRetrieval

/// Passes over folders: what is read, what is not, and what a broken pass leaves.
@Suite struct DocumentIndexerTests {
  @Test func `only what changed is read and embedded again`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("# Refunds\nMoney comes back in ten days.", to: "refunds.md")
    try folder.write("Parcels arrive by noon.", to: "deep/er/shipping.txt")
    try folder.write("nothing", to: "image.png")
    let first = try folder.index(store, encoder)
    #expect((first.files, first.indexed, first.others, first.chunks, first.embedded) == (2, 2, 1, 2, 2))
    #expect(try folder.search(store, encoder, "when do parcels arrive").first?.source == "docs/deep/er/shipping.txt")
    let second = try folder.index(store, encoder)
    #expect((second.indexed, second.unchanged, second.embedded) == (0, 2, 0))
    #expect(encoder.count == 2)
    // The same text under another time and name is not embedded again.
    try folder.write("Parcels arrive by noon.", to: "deep/er/shipping.txt", secondsAgo: 60)
    try folder.write("Parcels arrive by noon.", to: "copy.txt")
    let third = try folder.index(store, encoder)
    #expect((third.indexed, third.unchanged, third.embedded, third.reused) == (1, 2, 0, 1))
    try folder.write("Parcels arrive by nine.", to: "deep/er/shipping.txt", secondsAgo: 30)
    try folder.remove("refunds.md")
    let fourth = try folder.index(store, encoder)
    #expect((fourth.indexed, fourth.removed, fourth.embedded, fourth.chunks) == (1, 1, 1, 2))
    #expect(try folder.search(store, encoder, "money comes back", mode: .lexical).isEmpty)
    #expect(try folder.search(store, encoder, "nine", mode: .lexical).map(\.text) == ["Parcels arrive by nine."])
    #expect(try store.findings().isEmpty)
    let vectors = try store.read { try $0.first("SELECT count(*) FROM document_vector") { row in try row.integer(0) } }
    #expect(vectors == 2)
  }

  @Test func `a file written just now is read again, for its time says too little`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("alpha", to: "a.txt", secondsAgo: 0)
    try folder.index(store, encoder)
    let date = try FileManager.default.attributesOfItem(atPath: folder.path + "/a.txt")[.modificationDate]
    try folder.write("gamma", to: "a.txt", secondsAgo: 0)
    try FileManager.default.setAttributes(
      [.modificationDate: try #require(date)], ofItemAtPath: folder.path + "/a.txt")
    #expect(try folder.index(store, encoder).indexed == 1)
    #expect(try folder.search(store, encoder, "gamma", mode: .lexical).count == 1)
  }

  @Test func `another encoder or another cut embeds all anew`() throws {
    let folder = try DocumentFolder()
    let store = try folder.store()
    try folder.write("One. Two. Three.", to: "a.txt")
    try folder.index(store, WordEncoder())
    let version = try DocumentIndex(store: store, encoder: WordEncoder().encoder, settings: folder.settings).version
    let other = WordEncoder(fingerprint: "words-2")
    #expect(try folder.index(store, other).embedded == 1)
    #expect(try folder.search(store, other, "two", mode: .dense).count == 1)
    #expect(try folder.search(store, WordEncoder(), "two", mode: .dense).isEmpty)
    let changed = try DocumentIndex(store: store, encoder: other.encoder, settings: folder.settings).version
    #expect(version != changed)
    var settings = folder.settings
    (settings.chunkTokens, settings.overlapTokens) = (1, 0)
    #expect(try folder.index(store, other, settings: settings).chunks == 3)
    settings.chunkTokens = 200
    #expect(throws: RetrievalFailure.chunkTooLong(tokens: 200, window: 128)) {
      try folder.index(store, other, settings: settings)
    }
  }

  @Test func `files that are no text are named with their reason and leave the rest alone`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("good words", to: "good.txt")
    try folder.write(Data([0x61, 0, 0x62]), to: "nul.txt")
    try folder.write(Data([0xFF, 0xFE, 0x41]), to: "latin.md")
    try folder.write(Data(repeating: 0x61, count: 2_000), to: "huge.txt")
    try folder.write("  \n", to: "blank.txt")
    try folder.write("{\"text\": 1}", to: "rows.jsonl")
    try folder.write(String(repeating: "d/", count: 40) + "x", to: String(repeating: "d/", count: 40) + "deep.txt")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/loop", withDestinationPath: folder.path)
    let made = unsafe mkfifo(folder.path + "/pipe.txt", 0o600)
    #expect(made == 0)
    var settings = folder.settings
    settings.maxFileBytes = 1_000
    let report = try folder.index(store, encoder, settings: settings)
    let reasons = Dictionary(
      uniqueKeysWithValues: report.skipped.map {
        ($0.path.split(separator: "/").last.map(String.init) ?? "", $0.reason)
      })
    #expect(
      reasons == [
        "nul.txt": .notText, "latin.md": .notText, "huge.txt": .tooLarge, "blank.txt": .noText, "rows.jsonl": .badLines,
        "d": .tooDeep, "loop": .link, "pipe.txt": .pipe,
      ])
    #expect(report.chunks == 1)
    // They are remembered: a second pass opens none of them, and still names them.
    let again = try folder.index(store, encoder, settings: settings)
    #expect((again.indexed, again.skipped.count) == (0, report.skipped.count))
    // A raised limit is noticed though the file is the same.
    settings.maxFileBytes = 10_000
    #expect(try folder.index(store, encoder, settings: settings).indexed == 1)
  }

  @Test func `a folder that cannot be read changes nothing`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    try folder.write("kept", to: "a.txt")
    try folder.index(store, encoder)
    try FileManager.default.moveItem(atPath: folder.path, toPath: folder.root + "/away")
    #expect(throws: RetrievalFailure.self) { try folder.index(store, encoder) }
    #expect(try folder.search(store, encoder, "kept").count == 1)
  }

  @Test func `a pass that is stopped goes on where it was and repeats at most one batch`() throws {
    let folder = try DocumentFolder()
    let store = try folder.store()
    let sentences = (0..<400).map { "Sentence number \($0) tells of subject \($0 * 7) in a few plain words here." }
    try folder.write(sentences.joined(separator: "\n\n"), to: "long.txt")
    try folder.write("Short one.", to: "a.txt")
    let whole = WordEncoder()
    let expected = try folder.index(try DocumentFolder().store(), whole).chunks
    var embedded = 0
    for stop in 1...100 {
      // As after kill -9: nothing of the process is left but the database.
      let encoder = WordEncoder()
      var asked = 0
      let report = try folder.index(store, encoder) {
        asked += 1
        return asked > 3
      }
      embedded += encoder.count
      #expect(try store.findings().isEmpty)
      if report.isComplete {
        #expect(stop > 2)
        break
      }
    }
    #expect(try folder.index(store, whole).chunks == expected)
    #expect(embedded <= expected + DocumentIndexer.batch, "\(embedded) of \(expected)")
  }

  @Test func `five hundred tiny files are one pass, and the next one opens none`() throws {
    let folder = try DocumentFolder()
    let (store, encoder) = (try folder.store(), WordEncoder())
    for number in 0..<500 { try folder.write("note \(number) here", to: "\(number % 100)/\(number).txt") }
    let first = try folder.index(store, encoder)
    #expect((first.indexed, first.chunks) == (500, 500))
    #expect(try folder.search(store, encoder, "note 377", mode: .lexical).first?.source == "docs/77/377.txt")
    let second = try folder.index(store, encoder)
    #expect((second.unchanged, second.embedded) == (500, 0))
    var settings = folder.settings
    settings.maxFiles = 499
    #expect(throws: RetrievalFailure.tooManyFiles(allowed: 499)) {
      try folder.index(store, encoder, settings: settings)
    }
    settings = folder.settings
    settings.maxChunks = 500
    try folder.write("one more", to: "more.txt")
    #expect(throws: RetrievalFailure.tooManyChunks(found: 501, allowed: 500)) {
      try folder.index(store, encoder, settings: settings)
    }
  }

  @Test func `a file that grows while it is read is refused`() throws {
    let folder = try DocumentFolder()
    let path = folder.path + "/busy.txt"
    try folder.write(String(repeating: "x", count: 4 << 20), to: "busy.txt")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    let stop = DispatchSemaphore(value: 0)
    let writer = Thread {
      while stop.wait(timeout: .now()) == .timedOut {
        _ = try? handle.seekToEnd()
        try? handle.write(contentsOf: Data([0x79]))
        try? handle.truncate(atOffset: 4 << 20)
      }
    }
    writer.start()
    var changes = 0
    for _ in 0..<50 {
      do throws(FileFailure) {
        let snapshot = try FileSnapshot(path: path, maximumBytes: 8 << 20)
        #expect(snapshot.bytes.count == snapshot.facts.size)
      } catch {
        guard case .changed = error else { throw error }
        changes += 1
      }
    }
    stop.signal()
    #expect(changes > 0)
  }
}
