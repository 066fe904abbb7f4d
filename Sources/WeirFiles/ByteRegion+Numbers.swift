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

  /// The `wanted` little-endian numbers at the front: a copy; traps where the region is shorter.
  ///
  /// One copy of memory, because a loop here would run unspecialized for callers in other modules.
  package func numbers<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type, count wanted: Int) -> [Number] {
    let size = MemoryLayout<Number>.size
    precondition(wanted >= 0 && wanted <= count / size, "Numbers must lie inside their region.")
    let numbers = unsafe withUnsafeBytes { bytes in
      unsafe [Number](unsafeUninitializedCapacity: wanted) { buffer, initialized in
        unsafe UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[..<(wanted * size)]))
        initialized = wanted
      }
    }
    #if _endian(big)
      return numbers.map { Number(littleEndian: $0) }
    #else
      return numbers
    #endif
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
