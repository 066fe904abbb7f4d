internal import Foundation
internal import GRDB

/// A value bound to a statement or read from a column: one of SQLite's five storage classes.
package enum StoreValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

// What callers hold most often, and `null` where they hold nothing.
extension StoreValue {
  package static func integer(_ value: Int) -> StoreValue { .integer(Int64(value)) }
  package static func integer(_ value: Int?) -> StoreValue { value.map { .integer(Int64($0)) } ?? .null }
  package static func real(_ value: Double?) -> StoreValue { value.map { .real($0) } ?? .null }
  package static func text(_ value: String?) -> StoreValue { value.map { .text($0) } ?? .null }
}

extension StoreValue {
  /// The form that GRDB binds.
  ///
  /// GRDB passes strings as C strings, which end at the first NUL: a text that holds one is bound as a blob of its
  /// UTF-8 instead, and `StoreRow.text` reads both. Equal texts stay equal, for the form depends on the text alone.
  var databaseValue: DatabaseValue {
    switch self {
    case .null: .null
    case .integer(let value): value.databaseValue
    case .real(let value): value.databaseValue
    case .text(let value): value.utf8.contains(0) ? Data(value.utf8).databaseValue : value.databaseValue
    case .blob(let value): Data(value).databaseValue
    }
  }

  init(_ value: DatabaseValue) {
    switch value.storage {
    case .null: self = .null
    case .int64(let value): self = .integer(value)
    case .double(let value): self = .real(value)
    case .string(let value): self = .text(value)
    case .blob(let value): self = .blob(Array(value))
    }
  }

  /// The storage class's name, for errors.
  var kindName: String {
    switch self {
    case .null: "NULL"
    case .integer: "INTEGER"
    case .real: "REAL"
    case .text: "TEXT"
    case .blob: "BLOB"
    }
  }
}
