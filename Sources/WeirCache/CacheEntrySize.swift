internal import WeirDomain

/// Bytes that an entry takes on disk: its texts, its vector, its rows' columns and indexes, its share of the index file.
///
/// The constants are what 100 000 entries measured, divided by their number, with SQLite's part-filled pages in them.
enum CacheEntrySize {
  /// Columns without a text, and the entry's places in the table's own indexes.
  static let row: Int64 = 352
  /// A vector's row beside its numbers, and its place in the log.
  static let vectorRow: Int64 = 544
  /// A vector in the index file beside one byte a number: scale, links, its place by id.
  static let indexNode: Int64 = 256
  /// A tag's two places beside its text.
  static let tag: Int64 = 64

  static func bytes(prompt: String, answer: CachedAnswer, citations: String?, vectorCount: Int?, tags: [String])
    -> Int64
  {
    var bytes = row + Int64(prompt.utf8.count) + Int64(answer.text.utf8.count) + Int64(citations?.utf8.count ?? 0)
    if let vectorCount { bytes += Int64(vectorCount) * 5 + vectorRow + indexNode }
    for text in tags { bytes += tag + Int64(text.utf8.count) * 2 }
    return bytes
  }
}
