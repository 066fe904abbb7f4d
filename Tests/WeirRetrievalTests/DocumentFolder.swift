import Foundation
import WeirDomain
import WeirStore

@testable import WeirRetrieval

/// A folder of documents of its own for one test, with a database beside it; removed with the value.
final class DocumentFolder {
  let root: String
  let path: String

  init() throws {
    root = NSTemporaryDirectory() + "weir-documents-" + UUID().uuidString
    path = root + "/docs"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    // sound because a folder that stays behind harms no other test
    try? FileManager.default.removeItem(atPath: root)
  }

  /// Writes a file dated so long ago that its time is believed.
  func write(_ text: String, to name: String, secondsAgo: Double = 3600) throws {
    try write(Data(text.utf8), to: name, secondsAgo: secondsAgo)
  }

  func write(_ data: Data, to name: String, secondsAgo: Double = 3600) throws {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -secondsAgo)], ofItemAtPath: file)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

  func store() throws -> Store {
    try Store.open(path: root + "/weir.sqlite", migrations: DocumentTables.migrations)
  }

  var settings: DocumentSettings {
    var settings = DocumentSettings(folders: [path])
    (settings.chunkTokens, settings.overlapTokens) = (24, 6)
    return settings
  }

  var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

  @discardableResult
  func index(
    _ store: Store, _ encoder: WordEncoder, settings: DocumentSettings? = nil, isCancelled: () -> Bool = { false }
  ) throws -> IndexReport {
    try DocumentIndexer(store: store, encoder: encoder.encoder, settings: settings ?? self.settings)
      .update(at: now, isCancelled: isCancelled)
  }

  func search(
    _ store: Store, _ encoder: WordEncoder, _ question: String, count: Int = 5, mode: RankingMode = .fused
  ) throws -> [FoundPassage] {
    try DocumentIndex(store: store, encoder: encoder.encoder, settings: settings)
      .search(question, vector: WordEncoder.vector(question), count: count, mode: mode)
  }
}
