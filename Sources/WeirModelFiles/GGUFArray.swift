package import WeirFiles

/// An array of metadata, left in the file: its lengths were checked when the file was opened.
package struct GGUFArray: Sendable {
  package let elementType: GGUFValueType
  package let count: Int
  /// The elements as they are stored: numbers packed, texts as a 64-bit length and bytes.
  package let region: ByteRegion

  /// Calls `body` with each text's index and place within `region`, in order; does nothing for other elements.
  package func forEachTextRange(_ body: (Int, Range<Int>) -> Void) {
    guard elementType == .string else { return }
    var offset = 0
    for index in 0..<count {
      let start = offset + 8
      offset = start + Int(region.number(at: offset, as: UInt64.self))
      body(index, start..<offset)
    }
  }

  /// The elements as texts, nil where they are of another type or one is not UTF-8.
  package var strings: [String]? {
    guard elementType == .string else { return nil }
    var result: [String] = []
    result.reserveCapacity(count)
    forEachTextRange { _, range in
      if let text = region.text(in: range) { result.append(text) }
    }
    return result.count == count ? result : nil
  }

  /// The elements as integers, nil where they are of another type or too large.
  package var integers: [Int]? {
    switch elementType {
    case .uint8: load(UInt8.self)
    case .int8: load(Int8.self)
    case .uint16: load(UInt16.self)
    case .int16: load(Int16.self)
    case .uint32: load(UInt32.self)
    case .int32: load(Int32.self)
    case .uint64: load(UInt64.self)
    case .int64: load(Int64.self)
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  /// The elements as 32-bit floats, nil where they are not floats.
  package var floats: [Float]? {
    switch elementType {
    case .float32: region.numbers(UInt32.self, count: count).map { Float(bitPattern: $0) }
    case .float64: region.numbers(UInt64.self, count: count).map { Float(Double(bitPattern: $0)) }
    default: nil
    }
  }

  /// The elements as truth values, nil where they are of another type.
  package var flags: [Bool]? {
    elementType == .bool ? region.numbers(UInt8.self, count: count).map { $0 != 0 } : nil
  }

  private func load<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) -> [Int]? {
    let known = region.numbers(Number.self, count: count).compactMap { Int(exactly: $0) }
    return known.count == count ? known : nil
  }
}
