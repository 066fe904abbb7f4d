package import WeirDomain

/// Why the database refused: facts only, `message` makes the sentence. Bound values never get in here.
package enum StoreFailure: WeirFailure, Equatable {
  /// The file cannot be opened or created; `reason` is the operating system's or SQLite's word.
  case cannotOpen(path: String, reason: String)
  /// The file or its folder may not be written.
  case readOnly(path: String)
  /// The file system, or the database's page limit, has no room left.
  case full(path: String)
  /// The file is not a SQLite database, or its pages are broken.
  case damaged(path: String, reason: String)
  /// The file is a database of another program; `applicationID` is what it carries.
  case foreign(path: String, applicationID: Int64)
  /// The file was written by a newer Weir: `unknown` are the migrations this one does not have.
  case newerSchema(path: String, unknown: [String])
  /// The step `id` failed and was rolled back.
  case migration(path: String, id: String, reason: String)
  /// Another process kept the write lock for longer than the busy timeout.
  case busy(path: String)
  /// The disk failed; `code` is SQLite's extended result code.
  case inputOutput(path: String, code: Int)
  /// A row breaks a rule of the schema.
  case constraint(reason: String)
  /// The statement itself is wrong: a bug of Weir.
  case statement(sql: String, reason: String)
  /// A column holds another kind of value than the program wrote there: the file was changed by someone else.
  case unexpectedValue(column: String, found: String, expected: String)

  package var kind: FailureKind { .badState }
}
