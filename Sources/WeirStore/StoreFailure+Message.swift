extension StoreFailure {
  /// One sentence for a person: what failed, on which file, what to do.
  package var message: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "cannot open the database \(path): \(reason); check the path and its folder, or name another with --state"
    case .readOnly(let path):
      "the database \(path) cannot be written: check the owner and mode of the file and of its folder"
    case .full(let path):
      "no space left to write the database \(path): free some on that file system; nothing of this transaction was kept"
    case .damaged(let path, let reason):
      "the database \(path) is damaged (\(reason)): move it away and start anew, or restore a copy"
    case .foreign(let path, let applicationID):
      "\(path) is a database of another program (application id \(applicationID), Weir's is "
        + "\(Store.applicationID)): name another state folder with --state"
    case .newerSchema(let path, let unknown):
      "the database \(path) was written by a newer weir (unknown schema steps: \(unknown.joined(separator: ", "))): "
        + "use that version, or another state folder"
    case .migration(let path, let id, let reason):
      "the database \(path) could not be brought to this version's schema: step \(id) failed (\(reason)) and "
        + "was rolled back"
    case .busy(let path):
      "another process keeps the database \(path) locked: stop it or use another state folder"
    case .inputOutput(let path, let code):
      "the disk failed under the database \(path) (SQLite code \(code)): check the device"
    case .constraint(let reason):
      "a row was refused by the database's rules: \(reason)"
    case .statement(let sql, let reason):
      "a statement was refused (\(reason)): \(sql)"
    case .unexpectedValue(let column, let found, let expected):
      "column \(column) holds \(found) where \(expected) is expected: the database was changed by another program; "
        + "restore a copy"
    }
  }
}
