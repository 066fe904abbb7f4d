internal import GRDB

/// One row of a result, valid only inside the closure that receives it.
///
/// Columns are counted from 0 in the order of the SELECT list. A value of another storage class than asked for
/// throws `unexpectedValue`; an index beyond the list traps, for that is a bug of the caller.
package struct StoreRow: ~Copyable {
  let row: Row

  package func value(_ column: Int) -> StoreValue {
    StoreValue(row[column] as DatabaseValue)
  }

  package func isNull(_ column: Int) -> Bool {
    row.hasNull(atIndex: column)
  }

  package func integer(_ column: Int) throws(StoreFailure) -> Int64 {
    let found = value(column)
    guard case .integer(let integer) = found else { throw unexpected(column, found, "INTEGER") }
    return integer
  }

  /// Also accepts INTEGER, which SQLite may store for a whole number.
  package func real(_ column: Int) throws(StoreFailure) -> Double {
    switch value(column) {
    case .real(let real): return real
    case .integer(let integer): return Double(integer)
    case let found: throw unexpected(column, found, "REAL")
    }
  }

  /// Also accepts a BLOB of UTF-8, the form of texts that hold NUL; invalid sequences become U+FFFD.
  package func text(_ column: Int) throws(StoreFailure) -> String {
    switch value(column) {
    case .text(let text): return text
    case .blob(let bytes): return String(decoding: bytes, as: UTF8.self)
    case let found: throw unexpected(column, found, "TEXT")
    }
  }

  package func blob(_ column: Int) throws(StoreFailure) -> [UInt8] {
    let found = value(column)
    guard case .blob(let bytes) = found else { throw unexpected(column, found, "BLOB") }
    return bytes
  }

  package func optionalInteger(_ column: Int) throws(StoreFailure) -> Int64? {
    isNull(column) ? nil : try integer(column)
  }

  package func optionalReal(_ column: Int) throws(StoreFailure) -> Double? {
    isNull(column) ? nil : try real(column)
  }

  package func optionalText(_ column: Int) throws(StoreFailure) -> String? {
    isNull(column) ? nil : try text(column)
  }

  /// The text of a column as a type that can be spelled, such as an enum with raw values.
  ///
  /// `expected` names the type in the failure; the text itself stays out of it.
  package func parsed<Value>(
    _ column: Int, as expected: String, _ parse: (String) -> Value?
  ) throws(StoreFailure) -> Value {
    guard let value = parse(try text(column)) else {
      throw .unexpectedValue(column: name(column), found: "another text", expected: expected)
    }
    return value
  }

  private func unexpected(_ column: Int, _ found: StoreValue, _ expected: String) -> StoreFailure {
    .unexpectedValue(column: name(column), found: found.kindName, expected: expected)
  }

  private func name(_ column: Int) -> String {
    row.columnNames.dropFirst(column).first ?? "\(column)"
  }
}
