/// What is read and how it is cut.
package struct DocumentSettings: Sendable, Hashable {
  /// Folders, or single files.
  package var folders: [String]
  /// Most tokens of the encoder in a chunk, its headings included.
  package var chunkTokens = 128
  /// Tokens at the end of a chunk that the next one of the same section repeats, in whole sentences.
  package var overlapTokens = 24
  /// Larger files are skipped.
  package var maxFileBytes = 4 << 20
  /// Most files in all folders.
  package var maxFiles = 50_000
  /// Most chunks of all files: with 384 numbers each, 150 MB in memory.
  package var maxChunks = 100_000
  /// Folders within folders, beyond which nothing is read.
  package var maxDepth = 32

  package init(folders: [String]) { self.folders = folders }

  /// Changes when the same file would be cut another way.
  func recipe(encoder: String) -> String {
    "1/\(chunkTokens)/\(overlapTokens)/\(encoder)"
  }
}
