package import WeirDomain
package import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  package static let migrations = [
    StoreMigration(
      id: "cache-1",
      sql: """
        -- AUTOINCREMENT: an id that was deleted must never name another entry, for the index may still hold it.
        CREATE TABLE cache_entry (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          key BLOB NOT NULL UNIQUE,
          tenant TEXT NOT NULL,
          partition BLOB,                         -- NULL where only the exact tier may serve it
          prompt TEXT NOT NULL,                   -- canonical last user turn
          answer TEXT NOT NULL,
          tier TEXT NOT NULL, model TEXT, intent TEXT,
          prompt_tokens INTEGER NOT NULL,
          completion_tokens INTEGER NOT NULL,
          tokens_estimated INTEGER NOT NULL,
          request_id TEXT NOT NULL,
          created_at INTEGER NOT NULL,            -- UTC milliseconds, as the next two
          expires_at INTEGER NOT NULL,
          used_at INTEGER NOT NULL,
          hits INTEGER NOT NULL DEFAULT 0,
          bytes INTEGER NOT NULL
        );
        CREATE INDEX cache_entry_by_use ON cache_entry (used_at);
        CREATE INDEX cache_entry_by_expiry ON cache_entry (expires_at);
        CREATE INDEX cache_entry_by_tenant ON cache_entry (tenant);
        CREATE TABLE cache_vector (
          entry_id INTEGER PRIMARY KEY REFERENCES cache_entry (id) ON DELETE CASCADE,
          encoder TEXT NOT NULL,                  -- fingerprint of the model file
          vector BLOB NOT NULL                    -- float32, little-endian
        );
        -- One row that is always right, so that the budget is checked without summing up the table.
        CREATE TABLE cache_total (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER, bytes INTEGER);
        INSERT INTO cache_total VALUES (1, 0, 0);
        CREATE TRIGGER cache_entry_added AFTER INSERT ON cache_entry BEGIN
          UPDATE cache_total SET entries = entries + 1, bytes = bytes + new.bytes;
        END;
        CREATE TRIGGER cache_entry_removed AFTER DELETE ON cache_entry BEGIN
          UPDATE cache_total SET entries = entries - 1, bytes = bytes - old.bytes;
        END;
        """),
    // The passages that an answer was given with, as JSON; NULL where there were none.
    StoreMigration(id: "cache-2", sql: "ALTER TABLE cache_entry ADD COLUMN citations TEXT"),
  ]

  /// An encoder as the cache knows it.
  package struct EncoderIdentity: Sendable, Hashable {
    /// Hexadecimal SHA-256 of the model file.
    package var fingerprint: String
    package var dimension: Int

    package init(fingerprint: String, dimension: Int) {
      self.fingerprint = fingerprint
      self.dimension = dimension
    }
  }

  /// Opens the caches of `store` and fills an exact index with the live vectors of `encoder`.
  ///
  /// Vectors of other encoders stay in the database for the day that encoder comes back, but are never compared.
  package static func open(
    store: Store, configuration: CacheConfiguration = CacheConfiguration(), encoder: EncoderIdentity?,
    at now: Timestamp
  ) throws -> ResponseCache {
    guard let encoder else {
      return ResponseCache(
        store: store, configuration: configuration, encoder: nil, index: nil, ignoredVectors: 0)
    }
    let index = ExactIndex(dimension: encoder.dimension, capacity: configuration.vectorCapacity)
    var ignored = 0
    try store.read { transaction in
      try transaction.rows(
        """
        SELECT id, hex(partition), encoder, vector FROM cache_vector JOIN cache_entry ON id = entry_id
        WHERE partition IS NOT NULL AND expires_at > ? ORDER BY id
        """, [.integer(now.milliseconds)]
      ) { row in
        guard try row.text(2) == encoder.fingerprint, let vector = VectorBytes.read(try row.blob(3)) else {
          ignored += 1
          return
        }
        do {
          try index.insert(try row.integer(0), partition: try row.text(1).lowercased(), vector: vector)
        } catch is VectorIndexFailure {
          ignored += 1
        }
      }
    }
    return ResponseCache(
      store: store, configuration: configuration, encoder: encoder.fingerprint, index: index, ignoredVectors: ignored)
  }
}
