package import WeirFiles

/// The types of metadata values, with the numbers of the GGUF specification.
package enum GGUFValueType: UInt32, Sendable {
  case uint8 = 0
  case int8 = 1
  case uint16 = 2
  case int16 = 3
  case uint32 = 4
  case int32 = 5
  case float32 = 6
  case bool = 7
  case string = 8
  case array = 9
  case uint64 = 10
  case int64 = 11
  case float64 = 12

  /// Bytes of a value of fixed size; nil for text and arrays.
  var fixedSize: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    case .string, .array: nil
    }
  }
}

/// One metadata value. Text and arrays stay in the file until they are asked for.
package enum GGUFValue: Sendable {
  case unsigned(UInt64)
  case signed(Int64)
  case float(Double)
  case bool(Bool)
  /// Bytes that should be UTF-8; checked on access.
  case string(ByteRegion)
  case array(GGUFArray)

  /// What an error calls this kind of value.
  package var kind: String {
    switch self {
    case .unsigned, .signed: "an integer"
    case .float: "a number with a fraction"
    case .bool: "a truth value"
    case .string: "a text"
    case .array(let array): "an array of \(array.elementType)"
    }
  }
}
