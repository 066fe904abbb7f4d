package import WeirDomain
internal import WeirStore

extension ResponseCache {
  private static let page = 64

  /// Passes the entries of a selection, newest or oldest first, until `body` returns false or `limit` are through.
  ///
  /// Reads a page at a time, each on a state of its own, so that a slow reader of the output holds up nobody; an entry
  /// that leaves meanwhile is left out. Its answer goes where the operator sent it, and nowhere else.
  package func visit(
    _ selection: CacheSelection, newestFirst: Bool = true, limit: Int = .max, at now: Timestamp,
    _ body: (CacheEntryFacts) throws -> Bool
  ) throws {
    let (sql, values) = selection.condition(at: now)
    var last = newestFirst ? Int64.max : 0
    var rest = limit
    while rest > 0 {
      var page: [CacheEntryFacts] = []
      try store.read { transaction in
        try transaction.rows(
          """
          SELECT \(CacheEntryFacts.columns) FROM cache_entry WHERE \(sql) AND id \(newestFirst ? "<" : ">") ?
          ORDER BY id \(newestFirst ? "DESC" : "ASC") LIMIT \(ResponseCache.page)
          """, values + [.integer(last)]
        ) { row in page.append(try CacheEntryFacts(row)) }
        for index in page.indices { page[index].tags = try ResponseCache.tags(of: page[index].id, in: transaction) }
      }
      guard let end = page.last?.id else { return }
      last = end
      for entry in page where selection.includes(prompt: entry.prompt) && rest > 0 {
        rest -= 1
        guard try body(entry) else { return }
      }
    }
  }

  /// One entry with everything that is stored of it; nil where there is none.
  package func entry(_ id: Int64, at now: Timestamp) throws -> CacheEntryFacts? {
    var selection = CacheSelection()
    selection.ids = [id]
    var found: CacheEntryFacts?
    try visit(selection, limit: 1, at: now) { entry in
      found = entry
      return false
    }
    return found
  }

  /// What is known of judged hits of a stored prompt, newest first.
  package func evidence(of stored: PromptDigest) throws -> [Evidence] {
    try store.read { try ResponseCache.evidence(of: stored, in: $0) }
  }

  /// How many prompts must not get the stored prompt's answer.
  package func misses(of stored: PromptDigest) throws -> Int {
    try store.read { transaction in
      try transaction.first(
        """
        SELECT count(DISTINCT CASE WHEN stored = ?1 THEN asked ELSE stored END) FROM cache_miss
        WHERE stored = ?1 OR asked = ?1
        """, [.blob(stored.bytes)]
      ) { row in Int(try row.integer(0)) } ?? 0
    }
  }

  static func tags(of id: Int64, in transaction: borrowing StoreTransaction) throws -> [String] {
    var tags: [String] = []
    try transaction.rows("SELECT tag FROM cache_tag WHERE entry_id = ? ORDER BY tag", [.integer(id)]) { row in
      tags.append(try row.text(0))
    }
    return tags
  }
}
