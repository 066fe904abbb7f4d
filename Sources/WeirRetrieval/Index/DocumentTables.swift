package import WeirStore

/// The documents' tables.
package enum DocumentTables {
  package static let migrations = [
    StoreMigration(
      id: "documents-1",
      sql: """
        CREATE TABLE document_file (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          path TEXT NOT NULL UNIQUE,
          name TEXT NOT NULL,                     -- as citations call it
          digest BLOB NOT NULL,                   -- SHA-256 of the contents; empty where they were not read
          size INTEGER NOT NULL,
          modified INTEGER NOT NULL,              -- nanoseconds since 1970, as the file system says
          recipe TEXT NOT NULL,                   -- how it was cut, and for which encoder
          problem TEXT,                           -- why it has no chunks
          indexed_at INTEGER NOT NULL             -- UTC milliseconds
        );
        -- AUTOINCREMENT: an index in another process may still hold an id that was deleted.
        CREATE TABLE document_chunk (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          file_id INTEGER NOT NULL REFERENCES document_file (id) ON DELETE CASCADE,
          ordinal INTEGER NOT NULL,
          trail TEXT NOT NULL,                    -- headings, a line each
          first_line INTEGER NOT NULL,
          last_line INTEGER NOT NULL,
          text TEXT NOT NULL,
          tokens INTEGER NOT NULL,
          digest BLOB NOT NULL                    -- of what is embedded
        );
        CREATE INDEX document_chunk_by_file ON document_chunk (file_id);
        CREATE INDEX document_chunk_by_digest ON document_chunk (digest);
        -- By contents, not by chunk: text that moved or stayed is never embedded again, nor after a run that was cut off.
        CREATE TABLE document_vector (
          digest BLOB NOT NULL,
          encoder TEXT NOT NULL,                  -- fingerprint of the model file
          vector BLOB NOT NULL,                   -- float32, little-endian
          PRIMARY KEY (digest, encoder)
        );
        -- Words with their stems; it keeps no second copy of the text.
        CREATE VIRTUAL TABLE document_words USING fts5(
          trail, text, content='document_chunk', content_rowid='id', tokenize='porter unicode61');
        """)
  ]
}
