internal import WeirFiles
package import WeirStore
internal import WeirVectorIndex

/// The indexed documents as questions meet them: nearest vectors and shared words, merged and ranked.
///
/// SQLite holds the truth; the vectors are in memory. A chunk that another process has deleted meanwhile is passed over.
package final class DocumentIndex: Sendable {
  /// SHA-256 over every document's name, contents and cut, in hexadecimal: answers that were given with other
  /// documents have another version.
  package let version: String
  package let chunkCount: Int
  private let store: Store
  private let encoder: String
  private let index: any VectorIndex

  /// One partition holds all: the documents are the node's, and every tenant's.
  private static let partition = PartitionKey("documents".utf8)
  /// Candidates of either list.
  private static let candidates = 48
  /// Candidates among which near-copies are looked for.
  private static let compared = 24

  /// Loads the vectors of `encoder`; documents of other encoders are found by their words until they are indexed anew.
  package init(store: Store, encoder: ChunkEncoder, settings: DocumentSettings) throws {
    self.store = store
    self.encoder = encoder.fingerprint
    let index = ExactIndex(dimension: encoder.dimension, capacity: settings.maxChunks)
    var digest: [UInt8] = []
    chunkCount = try store.read { transaction in
      try transaction.rows("SELECT name, digest, recipe FROM document_file ORDER BY path") { row in
        let row = [Array(try row.text(0).utf8), try row.blob(1), Array(try row.text(2).utf8)]
        // Digests of each part: no text moved from one to its neighbour gives the same bytes.
        digest = SHA256Digest(of: digest + row.flatMap { SHA256Digest(of: $0).bytes }).bytes
      }
      try transaction.rows(
        """
        SELECT document_chunk.id, vector FROM document_chunk
        JOIN document_vector ON document_vector.digest = document_chunk.digest WHERE encoder = ?
        """, [.text(encoder.fingerprint)]
      ) { row in
        guard let vector = VectorBytes.read(try row.blob(1)) else { return }
        try index.insert(try row.integer(0), partition: DocumentIndex.partition, vector: vector)
      }
      return try DocumentRows.chunkCount(in: transaction)
    }
    version = SHA256Digest(of: digest).hex
    self.index = index
  }

  /// The `count` best passages, best first; those below `floor` are left out.
  ///
  /// `vector` is the question's, of the encoder that the index was opened for.
  package func search(
    _ question: String, vector: [Float], count: Int, floor: Double = 0, mode: RankingMode = .fused
  ) throws -> [FoundPassage] {
    try search(question, vector: vector, count: count, floor: floor, ranking: Ranking(mode: mode))
  }

  func search(
    _ question: String, vector: [Float], count: Int, floor: Double, ranking: Ranking
  ) throws -> [FoundPassage] {
    let near =
      ranking.mode == .lexical
      ? [] : try index.search(partition: DocumentIndex.partition, query: vector, count: DocumentIndex.candidates)
    return try store.read { transaction in
      let words = ranking.mode == .dense ? [:] : try wordScores(question, in: transaction)
      var candidates = near.map {
        Ranking.Candidate(id: $0.id, similarity: Double($0.similarity), wordScore: words[$0.id] ?? 0)
      }
      let known = Set(near.map(\.id))
      for (id, score) in words where !known.contains(id) {
        let own = try self.vector(of: id, in: transaction)
        candidates.append(
          Ranking.Candidate(id: id, similarity: own.map { cosine($0, vector) } ?? 0, wordScore: score))
      }
      let ranked = ranking.ranked(candidates).filter { $0.score >= floor }.prefix(max(count, DocumentIndex.compared))
      let vectors = try ranked.map { try self.vector(of: $0.candidate.id, in: transaction) }
      let best = ranked.first?.score ?? 1
      // Relative to the best, so that novelty weighs the same whatever the mode's scale is.
      let order = ranking.diverse(ranked.map { $0.score / max(best, 1e-9) }, count: count) { left, right in
        guard let left = vectors[left], let right = vectors[right] else { return 0 }
        return cosine(left, right)
      }
      return try order.compactMap { try passage(ranked[$0], in: transaction) }
    }
  }

  private func wordScores(_ question: String, in transaction: borrowing StoreTransaction) throws -> [Int64: Double] {
    guard let match = WordQuery.match(question) else { return [:] }
    var scores: [Int64: Double] = [:]
    // FTS5's bm25() is smaller for better matches; a word in a heading counts twice.
    try transaction.rows(
      """
      SELECT rowid, -bm25(document_words, 2.0, 1.0) FROM document_words WHERE document_words MATCH ?
      ORDER BY bm25(document_words, 2.0, 1.0), rowid LIMIT ?
      """, [.text(match), .integer(DocumentIndex.candidates)]
    ) { row in scores[try row.integer(0)] = try row.real(1) }
    return scores
  }

  private func vector(of chunk: Int64, in transaction: borrowing StoreTransaction) throws -> [Float]? {
    let vector = try transaction.first(
      """
      SELECT vector FROM document_chunk JOIN document_vector ON document_vector.digest = document_chunk.digest
      WHERE document_chunk.id = ? AND encoder = ?
      """, [.integer(chunk), .text(encoder)]
    ) { row in VectorBytes.read(try row.blob(0)) }
    return vector?.flatMap { $0.count == index.dimension ? $0 : nil }
  }

  private func cosine(_ left: [Float], _ right: [Float]) -> Double {
    guard left.count == right.count else { return 0 }
    return Double(zip(left, right).reduce(Float(0)) { $0 + $1.0 * $1.1 })
  }

  private func passage(
    _ ranked: (candidate: Ranking.Candidate, score: Double), in transaction: borrowing StoreTransaction
  ) throws -> FoundPassage? {
    try transaction.first(
      """
      SELECT name, trail, first_line, last_line, text FROM document_chunk
      JOIN document_file ON document_file.id = file_id WHERE document_chunk.id = ?
      """, [.integer(ranked.candidate.id)]
    ) { row in
      let first = Int(try row.integer(2))
      return FoundPassage(
        chunkID: ranked.candidate.id, source: try row.text(0),
        trail: try row.text(1).split(separator: "\n").map(String.init),
        lines: first...max(Int(try row.integer(3)), first), text: try row.text(4), score: ranked.score,
        similarity: ranked.candidate.similarity, wordScore: ranked.candidate.wordScore)
    }
  }

  /// Indexed documents with their chunks, by name.
  package func documents() throws -> [(name: String, chunks: Int, bytes: Int)] {
    var result: [(name: String, chunks: Int, bytes: Int)] = []
    try store.read { transaction in
      try transaction.rows(
        """
        SELECT name, (SELECT count(*) FROM document_chunk WHERE file_id = document_file.id), size FROM document_file
        WHERE problem IS NULL ORDER BY name
        """
      ) { row in
        result.append((name: try row.text(0), chunks: Int(try row.integer(1)), bytes: Int(try row.integer(2))))
      }
    }
    return result
  }
}
