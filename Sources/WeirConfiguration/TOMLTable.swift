/// A table while it is being read: which of its keys exist, where they stand, and who may still add to it.
final class TOMLTable {
  enum Entry {
    case value(TypedValue, line: Int)
    case array([Entry], line: Int)
    case table(TOMLTable)
    /// `[[name]]`
    case tables([TOMLTable], line: Int)
  }

  /// What made the table, for TOML says by that what may extend it.
  enum Origin {
    /// A parent of `[a.b]`: a header may still claim it.
    case implied
    /// `[a]`
    case header
    /// A parent in `a.b = 1`: only further dotted keys of the same section extend it.
    case dotted
    /// `{ }`: complete.
    case inline
  }

  var entries: [String: Entry] = [:]
  var origin: Origin
  let line: Int

  init(origin: Origin, line: Int) {
    self.origin = origin
    self.line = line
  }
}
