package import WeirDomain
internal import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// Writes a selection as the lines of `CacheArchive`, oldest entry first; `write` returns false to end it.
  ///
  /// With the whole cache go the prompts that must miss and the judged hits. Returns the number of entries.
  package func export(
    _ selection: CacheSelection, withVectors: Bool = true, at now: Timestamp, _ write: (String) throws -> Bool
  ) throws -> Int {
    let all = try purge(selection, isDryRun: true, at: now).entries
    guard try write(CacheArchive.header(entries: all, at: now)) else { return 0 }
    var count = 0
    var isOpen = true
    try visit(selection, newestFirst: false, at: now) { entry in
      let vector = withVectors && entry.encoder != nil ? try vector(of: entry.id) : nil
      isOpen = try write(CacheArchive.line(entry, vector: vector))
      count += isOpen ? 1 : 0
      return isOpen
    }
    if selection.isEverything, isOpen { try exportJudgements(write) }
    return count
  }

  private func vector(of id: Int64) throws -> [UInt8]? {
    try store.read { transaction in
      try transaction.first("SELECT vector FROM cache_vector WHERE entry_id = ?", [.integer(id)]) { row in
        try row.blob(0)
      }
    }
  }

  private func exportJudgements(_ write: (String) throws -> Bool) throws {
    struct Closed: Error {}
    do {
      try store.read { transaction in
        try transaction.rows("SELECT asked, stored, answer, tenant, created_at FROM cache_miss") { row in
          let line = CacheArchive.miss(
            asked: try row.blob(0), stored: try row.blob(1), answer: try row.blob(2).isEmpty ? nil : row.blob(2),
            tenant: try row.text(3), createdAt: try row.integer(4))
          guard try write(line) else { throw Closed() }
        }
        try transaction.rows("SELECT stored, score, was_right, at FROM cache_evidence ORDER BY id") { row in
          let line = CacheArchive.evidence(
            stored: try row.blob(0), score: try row.real(1), wasRight: try row.integer(2) != 0,
            at: try row.integer(3))
          guard try write(line) else { throw Closed() }
        }
      }
    } catch is Closed {}
  }

  /// What an import came to so far.
  package struct Import: Sendable, Hashable {
    package var entries = 0
    package var replaced = 0
    package var misses = 0
    package var evidence = 0
    /// Entries that came without a vector of this encoder: equal prompts alone find them.
    package var withoutVector = 0
    /// Lines that were not taken, by their code.
    package var skipped: [String: Int] = [:]
    /// The first of them with their line, at most `mostNamed`.
    package var named: [Skipped] = []
    /// Numbers of a vector of this node's encoder; others are left out.
    let dimension: Int?

    package struct Skipped: Sendable, Hashable {
      package var line: Int
      package var message: String
    }

    package static let mostNamed = 20

    package init(dimension: Int?) {
      self.dimension = dimension
    }

    mutating func skip(_ refusal: CacheArchive.Refusal, line: Int) {
      skipped[refusal.code, default: 0] += 1
      if named.count < Import.mostNamed { named.append(Skipped(line: line, message: refusal.message)) }
    }
  }

  /// Lines of one transaction.
  package static let importBatch = 100

  /// Takes lines of an archive, the first of the file numbered 1, in one transaction; a bad one is skipped with its reason.
  ///
  /// Throws where the first line is no header of a version that is known.
  package func take(
    _ lines: [(number: Int, bytes: [UInt8])], into result: inout Import, at now: Timestamp
  ) throws {
    let parsed: [(number: Int, line: Result<CacheArchive.Line, CacheArchive.Refusal>)] = lines.map { number, bytes in
      (number, Result { () throws(CacheArchive.Refusal) in try CacheArchive.read(bytes) })
    }
    if let first = lines.first, first.number == 1 { try CacheArchive.check(header: first.bytes) }
    var next = result
    let removed = try store.write { transaction in
      next = result
      var removed: [Int64] = []
      for (number, line) in parsed where number > 1 {
        switch line {
        case .failure(let refusal): next.skip(refusal, line: number)
        case .success(let line):
          switch try take(line, into: &next, at: now, in: transaction) {
          case .success(let ids): removed += ids
          case .failure(let refusal): next.skip(refusal, line: number)
          }
        }
      }
      return removed
    }
    result = next
    for id in removed { try index?.remove(id) }
    let wrong: Set<[UInt8]> = Set(
      parsed.compactMap { _, line in
        guard case .success(.miss(let asked, let stored, let answer, _, _)) = line, asked == stored, answer != nil
        else { return nil }
        return stored
      })
    if !wrong.isEmpty { try withdraw(wrong) }
  }

  /// Deletes the entries of these prompts (digests) whose very answer is known to be wrong for them.
  ///
  /// Looks at every entry, outside of the transaction that deletes: other writers do not wait for it.
  private func withdraw(_ prompts: Set<[UInt8]>) throws {
    var found: [(id: Int64, own: PromptDigest)] = []
    try store.read { transaction in
      try transaction.rows("SELECT id, coalesce(partition, key), prompt FROM cache_entry") { row in
        let own = PromptDigest(partition: try row.blob(1), prompt: try row.text(2))
        if prompts.contains(own.bytes) { found.append((try row.integer(0), own)) }
      }
    }
    let removed = try store.write { transaction in
      var removed: [Int64] = []
      for (id, own) in found {
        let answer = try transaction.first("SELECT answer FROM cache_entry WHERE id = ?", [.integer(id)]) { row in
          try row.text(0)
        }
        guard let answer, try ResponseCache.isKnownWrong(answer, to: own, in: transaction) else { continue }
        removed += try remove("id = ?", [.integer(id)], in: transaction)
      }
      try count("wrong", by: removed.count, in: transaction)
      return removed
    }
    for id in removed { try index?.remove(id) }
  }

  private func take(
    _ line: CacheArchive.Line, into result: inout Import, at now: Timestamp, in transaction: borrowing StoreTransaction
  ) throws -> Result<[Int64], CacheArchive.Refusal> {
    switch line {
    case .header: return .failure(.init(code: "second_header", message: "a header stands where an entry belongs"))
    case .entry(let entry): return try take(entry, into: &result, at: now, in: transaction)
    case .miss(let asked, let stored, let answer, let tenant, let createdAt):
      result.misses += try transaction.execute(
        """
        INSERT INTO cache_miss (asked, stored, answer, tenant, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (asked, stored, answer) DO NOTHING
        """,
        [
          .blob(asked), .blob(stored), .blob(asked == stored ? answer ?? [] : []), .text(tenant), .integer(createdAt),
        ])
    case .evidence(let stored, let score, let wasRight, let at):
      let found = Evidence(score: score, wasRight: wasRight, at: Timestamp(milliseconds: at))
      if try ResponseCache.evidence(of: PromptDigest(bytes: stored), in: transaction).contains(found) { break }
      try ResponseCache.recordEvidence(found, entryID: 0, stored: PromptDigest(bytes: stored), in: transaction)
      result.evidence += 1
    }
    return .success([])
  }
}
