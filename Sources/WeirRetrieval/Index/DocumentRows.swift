internal import WeirDomain
internal import WeirStore

/// The statements that write the documents' tables.
enum DocumentRows {
  /// What the last pass noted about a file.
  struct Known: Sendable {
    var id: Int64
    var digest: [UInt8]
    var size: Int
    var modified: Int64
    var recipe: String
    var problem: SkippedFile.Reason?
    var indexedAt: Timestamp
  }

  static func known(in transaction: borrowing StoreTransaction) throws -> [String: Known] {
    var result: [String: Known] = [:]
    try transaction.rows(
      "SELECT path, id, digest, size, modified, recipe, problem, indexed_at FROM document_file"
    ) { row in
      result[try row.text(0)] = Known(
        id: try row.integer(1), digest: try row.blob(2), size: Int(try row.integer(3)), modified: try row.integer(4),
        recipe: try row.text(5), problem: try row.optionalText(6).flatMap { SkippedFile.Reason(rawValue: $0) },
        indexedAt: Timestamp(milliseconds: try row.integer(7)))
    }
    return result
  }

  static func chunkCount(in transaction: borrowing StoreTransaction) throws -> Int {
    Int(try transaction.first("SELECT count(*) FROM document_chunk") { row in try row.integer(0) } ?? 0)
  }

  static func chunkCount(of file: Int64, in transaction: borrowing StoreTransaction) throws -> Int {
    Int(
      try transaction.first("SELECT count(*) FROM document_chunk WHERE file_id = ?", [.integer(file)]) { row in
        try row.integer(0)
      } ?? 0)
  }

  /// Deletes a file with its chunks and their words; its vectors go with `prune`.
  static func remove(path: String, in transaction: borrowing StoreTransaction) throws {
    // The index of words keeps no text: it must be told what the rows held.
    try transaction.execute(
      """
      INSERT INTO document_words (document_words, rowid, trail, text) SELECT 'delete', document_chunk.id, trail, text
      FROM document_chunk JOIN document_file ON document_file.id = file_id WHERE path = ?
      """, [.text(path)])
    try transaction.execute("DELETE FROM document_file WHERE path = ?", [.text(path)])
  }

  /// Puts the file with its chunks in the place of what was known of it.
  static func replace(
    _ file: FolderScan.File, digest: [UInt8], recipe: String, problem: SkippedFile.Reason?, chunks: [DocumentChunk],
    at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws {
    try remove(path: file.path, in: transaction)
    try transaction.execute(
      """
      INSERT INTO document_file (path, name, digest, size, modified, recipe, problem, indexed_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(file.path), .text(file.name), .blob(digest), .integer(file.size), .integer(file.modified),
        .text(recipe), .text(problem?.rawValue), .integer(now.milliseconds),
      ])
    let fileID = transaction.lastInsertedID
    for (ordinal, chunk) in chunks.enumerated() {
      let trail = chunk.trail.joined(separator: "\n")
      try transaction.execute(
        """
        INSERT INTO document_chunk (file_id, ordinal, trail, first_line, last_line, text, tokens, digest)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          .integer(fileID), .integer(ordinal), .text(trail), .integer(chunk.lines.lowerBound),
          .integer(chunk.lines.upperBound), .text(chunk.text), .integer(chunk.tokens), .blob(chunk.digest),
        ])
      try transaction.execute(
        "INSERT INTO document_words (rowid, trail, text) VALUES (?, ?, ?)",
        [.integer(transaction.lastInsertedID), .text(trail), .text(chunk.text)])
    }
  }

  /// Notes that a file was written anew with the same contents.
  static func touch(
    _ file: FolderScan.File, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "UPDATE document_file SET size = ?, modified = ?, indexed_at = ? WHERE path = ?",
      [.integer(file.size), .integer(file.modified), .integer(now.milliseconds), .text(file.path)])
  }

  static func hasVector(
    _ digest: [UInt8], encoder: String, in transaction: borrowing StoreTransaction
  ) throws -> [Float]? {
    try transaction.first(
      "SELECT vector FROM document_vector WHERE digest = ? AND encoder = ?", [.blob(digest), .text(encoder)]
    ) { row in VectorBytes.read(try row.blob(0)) } ?? nil
  }

  static func keep(
    _ vector: [Float], of digest: [UInt8], encoder: String, in transaction: borrowing StoreTransaction
  ) throws(StoreFailure) {
    try transaction.execute(
      "INSERT INTO document_vector (digest, encoder, vector) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [.blob(digest), .text(encoder), .blob(VectorBytes.write(vector))])
  }

  /// Deletes vectors of other encoders and of text that no file has any more.
  static func prune(encoder: String, in transaction: borrowing StoreTransaction) throws(StoreFailure) {
    try transaction.execute(
      """
      DELETE FROM document_vector WHERE encoder <> ?
        OR NOT EXISTS (SELECT 1 FROM document_chunk WHERE document_chunk.digest = document_vector.digest)
      """, [.text(encoder)])
  }
}
