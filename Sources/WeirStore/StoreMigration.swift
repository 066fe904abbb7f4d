/// One step of the schema: statements that run once in the life of a database.
///
/// Each target that has tables lists its own; `Store.open` runs those that the file has not seen, in the order
/// given. A step that was released is never edited: a later one changes what it did.
package struct StoreMigration: Sendable, Hashable {
  /// Unique over all targets, by custom `<target>-<number>`: `ledger-1`.
  package let id: String
  /// One or more statements, separated by semicolons.
  package let sql: String

  package init(id: String, sql: String) {
    self.id = id
    self.sql = sql
  }
}
