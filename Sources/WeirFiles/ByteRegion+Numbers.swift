/// Little-endian numbers anywhere in a region, aligned or not.
extension ByteRegion {
  /// The number at `offset`; traps where the region does not have it, so the caller checks lengths first.
  package func number<Number: FixedWidthInteger>(at offset: Int, as _: Number.Type) -> Number {
    precondition(
      offset >= 0 && offset <= count - MemoryLayout<Number>.size, "A number must lie inside its region.")
    return unsafe withUnsafeBytes { bytes in
      Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }
  }

  /// `count` numbers from the front, each turned into an element; traps where the region is shorter.
  package func mapNumbers<Number: FixedWidthInteger, Element>(
    _: Number.Type, count wanted: Int, _ convert: (Number) -> Element
  ) -> [Element] {
    let size = MemoryLayout<Number>.size
    precondition(wanted >= 0 && wanted <= count / size, "Numbers must lie inside their region.")
    return unsafe withUnsafeBytes { bytes in
      (0..<wanted).map { index in
        convert(Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: index * size, as: Number.self)))
      }
    }
  }

  /// The bytes in `range` as text, or nil where they are not UTF-8; traps outside the region.
  package func text(in range: Range<Int>) -> String? {
    unsafe withUnsafeBytes { bytes in
      unsafe String(validating: UnsafeRawBufferPointer(rebasing: bytes[checked(range)]), as: UTF8.self)
    }
  }

  /// A copy of the bytes in `range`; traps outside the region.
  package func array(in range: Range<Int>) -> [UInt8] {
    unsafe withUnsafeBytes { bytes in unsafe [UInt8](bytes[checked(range)]) }
  }

  /// Release builds do not check slices of buffers, so it is done here.
  func checked(_ range: Range<Int>) -> Range<Int> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "A range must lie inside its region.")
    return range
  }
}
