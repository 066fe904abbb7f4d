package import WeirStore

extension ResponseCache {
  /// The caches' tables, in the order they came to be.
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
    StoreMigration(
      id: "cache-3",
      sql: """
        -- What eviction weighs: see CacheWorth. All three are logarithms to the base 2.
        ALTER TABLE cache_entry ADD COLUMN cost INTEGER;                     -- picodollars that the answer cost; NULL unknown
        ALTER TABLE cache_entry ADD COLUMN heat REAL NOT NULL DEFAULT 0;     -- uses, each halved with age
        ALTER TABLE cache_entry ADD COLUMN worth REAL NOT NULL DEFAULT 0;    -- saving of one hit per byte
        ALTER TABLE cache_entry ADD COLUMN priority REAL NOT NULL DEFAULT 0; -- the least leaves first
        ALTER TABLE cache_entry ADD COLUMN similar_hits INTEGER NOT NULL DEFAULT 0; -- of hits, those of the semantic tier
        ALTER TABLE cache_entry ADD COLUMN life TEXT;                        -- the rule that set expires_at
        DROP INDEX cache_entry_by_use;
        CREATE INDEX cache_entry_by_priority ON cache_entry (priority);
        -- What an index that lags behind has still to take in: 1 came, 0 left. An entry's last row counts.
        CREATE TABLE cache_change (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          entry_id INTEGER NOT NULL,
          kind INTEGER NOT NULL CHECK (kind IN (0, 1))
        );
        INSERT INTO cache_change (entry_id, kind) SELECT entry_id, 1 FROM cache_vector ORDER BY entry_id;
        CREATE TRIGGER cache_vector_added AFTER INSERT ON cache_vector BEGIN
          INSERT INTO cache_change (entry_id, kind) VALUES (new.entry_id, 1);
        END;
        CREATE TRIGGER cache_vector_removed AFTER DELETE ON cache_vector BEGIN
          INSERT INTO cache_change (entry_id, kind) VALUES (old.entry_id, 0);
        END;
        CREATE TRIGGER cache_vector_changed AFTER UPDATE ON cache_vector BEGIN
          INSERT INTO cache_change (entry_id, kind) VALUES (old.entry_id, 0), (new.entry_id, 1);
        END;
        CREATE TRIGGER cache_entry_moved AFTER UPDATE OF partition ON cache_entry BEGIN
          INSERT INTO cache_change (entry_id, kind)
            SELECT entry_id, new.partition IS NOT NULL FROM cache_vector WHERE entry_id = new.id;
        END;
        CREATE TABLE cache_tag (
          entry_id INTEGER NOT NULL REFERENCES cache_entry (id) ON DELETE CASCADE,
          tag TEXT NOT NULL,
          PRIMARY KEY (tag, entry_id)
        ) WITHOUT ROWID;
        CREATE INDEX cache_tag_by_entry ON cache_tag (entry_id);
        -- Prompts that must not get the answer of a stored one. Both are digests with their partition: see PromptDigest.
        CREATE TABLE cache_miss (
          asked BLOB NOT NULL,
          stored BLOB NOT NULL,
          answer BLOB,                            -- digest of the wrong answer where both are the same prompt
          tenant TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          PRIMARY KEY (asked, stored)
        ) WITHOUT ROWID;
        -- What is known of hits that were judged; outlives the entry, for its prompt may be stored again.
        CREATE TABLE cache_evidence (
          id INTEGER PRIMARY KEY,
          entry_id INTEGER NOT NULL,
          stored BLOB NOT NULL,                   -- digest of the stored prompt
          score REAL NOT NULL,                    -- what the verifier said then
          was_right INTEGER NOT NULL,
          at INTEGER NOT NULL
        );
        CREATE INDEX cache_evidence_by_prompt ON cache_evidence (stored, id);
        CREATE TABLE cache_counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """),
    StoreMigration(
      id: "cache-4",
      sql: """
        -- Every wrong answer of a prompt is remembered, not the last alone, and pairs are found from either prompt.
        ALTER TABLE cache_miss RENAME TO cache_miss_3;
        CREATE TABLE cache_miss (
          asked BLOB NOT NULL,
          stored BLOB NOT NULL,
          answer BLOB NOT NULL,                   -- digest of the wrong answer where both are the same prompt, else empty
          tenant TEXT NOT NULL,
          created_at INTEGER NOT NULL,
          PRIMARY KEY (asked, stored, answer)
        ) WITHOUT ROWID;
        INSERT INTO cache_miss SELECT asked, stored, coalesce(answer, x''), tenant, created_at FROM cache_miss_3;
        DROP TABLE cache_miss_3;
        CREATE INDEX cache_miss_by_stored ON cache_miss (stored);
        -- Entries of a clock that ran ahead are found when room is made.
        CREATE INDEX cache_entry_by_creation ON cache_entry (created_at);
        """),
  ]
}
