internal import GRDB

extension StoreFailure {
  /// The failure that SQLite's result code means for the file at `path`.
  ///
  /// Only the code, SQLite's own message and the statement's text are taken: GRDB keeps bound values apart.
  init(_ error: DatabaseError, path: String) {
    let reason = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL: self = .full(path: path)
    case .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_FORMAT: self = .damaged(path: path, reason: reason)
    case .SQLITE_READONLY, .SQLITE_PERM: self = .readOnly(path: path)
    case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: reason)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy(path: path)
    case .SQLITE_IOERR: self = .inputOutput(path: path, code: Int(error.extendedResultCode.rawValue))
    case .SQLITE_CONSTRAINT: self = .constraint(reason: reason)
    default: self = .statement(sql: error.sql ?? "", reason: reason)
    }
  }

  /// `error` itself unless it is GRDB's: what a caller's closure throws passes through.
  static func translating(_ error: any Error, path: String) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return StoreFailure(error, path: path)
  }
}
