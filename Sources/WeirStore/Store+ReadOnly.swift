internal import Foundation
internal import GRDB

extension Store {
  /// Opens a database on a file system that cannot be written, to look at it; writes throw `readOnly`.
  ///
  /// Nobody may be able to change the file meanwhile, for nothing is locked. Refused are a file whose write-ahead log
  /// still holds something, which nobody can read without writing, and one that an older version left.
  package static func openReadOnly(path: String, migrations: [StoreMigration]) throws(StoreFailure) -> Store {
    let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
    guard log ?? 0 == 0 else { throw .readOnly(path: path) }
    return try opening(path) {
      var configuration = configuration()
      configuration.readonly = true
      // Without its own path component a question mark would begin the parameters: https://www.sqlite.org/uri.html
      let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
      let queue = try DatabaseQueue(path: "file:\(escaped)?immutable=1", configuration: configuration)
      guard try SchemaSteps(path: path, migrations: migrations).isApplied(to: queue) else {
        throw StoreFailure.readOnly(path: path)
      }
      return Store(path: path, database: queue, lookups: nil, checkpoints: nil)
    }
  }
}
