/// Why a file operation failed: facts only, `message` makes the sentence.
package enum FileFailure: Error, Equatable, Sendable {
  /// Nothing exists at `path`, or a folder on the way to it is missing.
  case missing(path: String)
  /// `path` exists and is not a regular file; `found` says what it is ("a directory", "a pipe", ...).
  case notAFile(path: String, found: String)
  /// The file has no bytes.
  case empty(path: String)
  /// The process may not do `operation` on `path`.
  case permission(path: String, operation: String)
  /// `path` or its file system has no room left (ENOSPC, EDQUOT).
  case noSpace(path: String, operation: String)
  /// Any other refusal of the operating system, with its number.
  case system(path: String, operation: String, code: Int32)
  /// `wanted` bytes at `offset` were asked for where only `available` remain.
  case truncated(name: String, offset: Int, wanted: UInt64, available: Int)
  /// The file has more `bytes` than are read.
  case tooLarge(path: String, bytes: Int, allowed: Int)
  /// The file was written while it was read.
  case changed(path: String)
  /// The folder has more names than are read.
  case tooManyNames(path: String, allowed: Int)
  /// Another process holds the lock; `holder` is its id where the lock file tells it.
  case locked(path: String, holder: Int32?)
}
