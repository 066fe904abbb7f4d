package import WeirDomain
internal import WeirFiles
package import WeirStore

/// Brings the database up to what the folders hold, a file at a time.
///
/// Each file is one transaction, and vectors are kept by their text as they are made: a pass that ends anywhere, by
/// `kill -9` too, leaves every file either as it was or as it is, and the next pass embeds again at most
/// `DocumentIndexer.batch` chunks. Files whose size and time are as noted are not opened.
package struct DocumentIndexer: Sendable {
  private let store: Store
  private let encoder: ChunkEncoder
  private let settings: DocumentSettings
  /// Chunks whose vectors are written together.
  package static let batch = 32
  /// A file written this shortly before it was read may have been written again within the same tick of its clock.
  private static let doubt: Int64 = 2_000_000_000

  /// Throws where the encoder cannot read chunks of the wanted size whole.
  package init(store: Store, encoder: ChunkEncoder, settings: DocumentSettings) throws(RetrievalFailure) {
    guard settings.chunkTokens <= encoder.window - 2 else {
      throw .chunkTooLong(tokens: settings.chunkTokens, window: encoder.window - 2)
    }
    self.store = store
    self.encoder = encoder
    self.settings = settings
  }

  /// Reads what changed since the last pass; `isCancelled` is asked between files and between batches.
  @discardableResult
  package func update(
    at now: Timestamp, isCancelled: () -> Bool = { false }, onProgress: (IndexProgress) -> Void = { _ in }
  ) throws -> IndexReport {
    let scan = try FolderScan(settings)
    let known = try store.read { try DocumentRows.known(in: $0) }
    var report = IndexReport()
    (report.files, report.skipped, report.others) = (scan.files.count, scan.skipped, scan.others)
    report.removed = try forget(known.keys, except: scan)
    var chunks = try store.read { try DocumentRows.chunkCount(in: $0) }
    for (index, file) in scan.files.enumerated() {
      if isCancelled() {
        report.isComplete = false
        break
      }
      onProgress(IndexProgress(done: index, files: scan.files.count, embedded: report.embedded))
      try update(file, known[file.path], at: now, isCancelled: isCancelled, chunks: &chunks, report: &report)
    }
    report.chunks = chunks
    if report.isComplete, report.removed + report.indexed > 0 {
      try store.write { try DocumentRows.prune(encoder: encoder.fingerprint, in: $0) }
    }
    onProgress(IndexProgress(done: scan.files.count, files: scan.files.count, embedded: report.embedded))
    return report
  }

  /// Removes what is no longer there; a file that cannot be read any more is among that.
  private func forget(_ paths: some Collection<String>, except scan: FolderScan) throws -> Int {
    let found = Set(scan.files.map(\.path))
    let gone = paths.filter { !found.contains($0) }.sorted()
    for start in stride(from: 0, to: gone.count, by: 256) {
      try store.write { transaction in
        for path in gone[start..<min(start + 256, gone.count)] {
          try DocumentRows.remove(path: path, in: transaction)
        }
      }
    }
    return gone.count
  }

  private func update(
    _ file: FolderScan.File, _ known: DocumentRows.Known?, at now: Timestamp, isCancelled: () -> Bool,
    chunks: inout Int, report: inout IndexReport
  ) throws {
    if let known, isUnchanged(file, known) {
      report.unchanged += 1
      if let problem = known.problem { report.skipped.append(SkippedFile(path: file.path, reason: problem)) }
      return
    }
    let recipe = settings.recipe(encoder: encoder.fingerprint)
    let reading = Reading(file, settings: settings)
    if let known, reading.digest == known.digest, recipe == known.recipe, reading.problem == known.problem {
      try store.write { try DocumentRows.touch(reading.file, at: now, in: $0) }
      report.unchanged += 1
      if let problem = known.problem { report.skipped.append(SkippedFile(path: file.path, reason: problem)) }
      return
    }
    var new: [DocumentChunk] = []
    if let problem = reading.problem {
      report.skipped.append(SkippedFile(path: file.path, reason: problem))
      // What was indexed before is the last whole state that was seen, and what kept it from being read may have ended
      // by the next pass.
      if problem == .changed || problem == .permission { return }
    } else {
      let chunker = Chunker(
        limit: settings.chunkTokens, overlap: settings.overlapTokens, countTokens: encoder.countTokens)
      new = chunker.chunks(of: reading.blocks)
    }
    let old = try known.map { known in try store.read { try DocumentRows.chunkCount(of: known.id, in: $0) } } ?? 0
    guard chunks - old + new.count <= settings.maxChunks else {
      throw RetrievalFailure.tooManyChunks(found: chunks - old + new.count, allowed: settings.maxChunks)
    }
    guard let vectors = try vectors(of: new, isCancelled: isCancelled, report: &report) else {
      report.isComplete = false
      return
    }
    try store.write { transaction in
      try DocumentRows.replace(
        reading.file, digest: reading.digest, recipe: recipe, problem: reading.problem, chunks: new, at: now,
        in: transaction)
      // Another process may have pruned those that no file had yet.
      for (chunk, vector) in zip(new, vectors) {
        try DocumentRows.keep(vector, of: chunk.digest, encoder: encoder.fingerprint, in: transaction)
      }
    }
    chunks += new.count - old
    report.indexed += 1
  }

  private func isUnchanged(_ file: FolderScan.File, _ known: DocumentRows.Known) -> Bool {
    guard file.size == known.size, file.modified == known.modified,
      known.recipe == settings.recipe(encoder: encoder.fingerprint)
    else { return false }
    guard (known.problem == .tooLarge) == (file.size > settings.maxFileBytes) else { return false }
    return file.modified < known.indexedAt.milliseconds &* 1_000_000 &- DocumentIndexer.doubt
  }

  /// The vectors of the chunks, old ones and new ones; nil where it was stopped.
  private func vectors(
    of chunks: [DocumentChunk], isCancelled: () -> Bool, report: inout IndexReport
  ) throws -> [[Float]]? {
    var vectors: [[Float]] = []
    for start in stride(from: 0, to: chunks.count, by: DocumentIndexer.batch) {
      if isCancelled() { return nil }
      let batch = chunks[start..<min(start + DocumentIndexer.batch, chunks.count)]
      var found = try store.read { transaction in
        try batch.map { try DocumentRows.hasVector($0.digest, encoder: encoder.fingerprint, in: transaction) }
      }
      let missing = found.indices.filter { found[$0]?.count != encoder.dimension }
      let made = encoder.embedAll(missing.map { batch[start + $0].embeddedText })
      for (index, vector) in zip(missing, made) { found[index] = vector }
      report.embedded += missing.count
      report.reused += batch.count - missing.count
      vectors += found.compactMap { $0 }
      // The last batch goes with the file itself.
      if start + DocumentIndexer.batch < chunks.count, !missing.isEmpty {
        try store.write { transaction in
          for index in missing {
            guard let vector = found[index] else { continue }
            try DocumentRows.keep(
              vector, of: batch[start + index].digest, encoder: encoder.fingerprint, in: transaction)
          }
        }
      }
    }
    return vectors
  }
}

/// One file as it is now.
private struct Reading {
  /// With the size and time that belong to the bytes.
  var file: FolderScan.File
  /// Empty where the bytes were not read.
  var digest: [UInt8] = []
  var blocks: [DocumentBlock] = []
  var problem: SkippedFile.Reason?

  init(_ file: FolderScan.File, settings: DocumentSettings) {
    self.file = file
    do throws(FileFailure) {
      let snapshot = try FileSnapshot(path: file.path, maximumBytes: settings.maxFileBytes)
      (self.file.size, self.file.modified) = (snapshot.facts.size, snapshot.facts.modified)
      digest = SHA256Digest(of: snapshot.bytes).bytes
      var bytes = snapshot.bytes[...]
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
      guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
        problem = .notText
        return
      }
      guard let blocks = file.format.blocks(of: text) else {
        problem = .badLines
        return
      }
      self.blocks = blocks
      if blocks.isEmpty { problem = .noText }
    } catch {
      problem = SkippedFile.Reason(error)
    }
  }
}
