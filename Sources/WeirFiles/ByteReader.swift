/// Reads little-endian numbers and slices from a region, front to back; nothing is read past its end.
package struct ByteReader: Sendable {
  package let region: ByteRegion
  package private(set) var offset = 0

  package init(_ region: ByteRegion) { self.region = region }

  package var remaining: Int { region.count - offset }

  /// Throws `truncated` unless `wanted` bytes remain.
  package func require(_ wanted: UInt64) throws(FileFailure) {
    if wanted > UInt64(remaining) {
      throw .truncated(name: region.name, offset: offset, wanted: wanted, available: remaining)
    }
  }

  package mutating func readUInt8() throws(FileFailure) -> UInt8 { try read(UInt8.self) }
  package mutating func readUInt16() throws(FileFailure) -> UInt16 { try read(UInt16.self) }
  package mutating func readUInt32() throws(FileFailure) -> UInt32 { try read(UInt32.self) }
  package mutating func readUInt64() throws(FileFailure) -> UInt64 { try read(UInt64.self) }
  package mutating func readFloat32() throws(FileFailure) -> Float { Float(bitPattern: try readUInt32()) }
  package mutating func readFloat64() throws(FileFailure) -> Double { Double(bitPattern: try readUInt64()) }

  /// The next `count` bytes, shared with the region.
  package mutating func readRegion(count: UInt64) throws(FileFailure) -> ByteRegion {
    try require(count)
    let slice = try region.slice(at: offset, count: Int(count))
    offset += Int(count)
    return slice
  }

  /// Goes past `count` texts, each a 64-bit length and its bytes.
  ///
  /// One loop over the bytes, because vocabularies have 100 000 of them at each start.
  package mutating func skipTexts(count: Int) throws(FileFailure) {
    let start = offset
    var failure: FileFailure?
    let name = region.name
    offset = unsafe region.withUnsafeBytes { bytes in
      var place = start
      for _ in 0..<count {
        var wanted: UInt64 = 8
        if bytes.count - place >= 8 {
          wanted = UInt64(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          place += 8
          if wanted <= UInt64(bytes.count - place) {
            place += Int(wanted)
            continue
          }
        }
        failure = .truncated(name: name, offset: place, wanted: wanted, available: bytes.count - place)
        break
      }
      return place
    }
    if let failure {
      offset = start
      throw failure
    }
  }

  package mutating func skip(_ count: UInt64) throws(FileFailure) {
    try require(count)
    offset += Int(count)
  }

  private mutating func read<Number: FixedWidthInteger>(_: Number.Type) throws(FileFailure) -> Number {
    let size = MemoryLayout<Number>.size
    try require(UInt64(size))
    let start = offset
    offset += size
    return unsafe region.withUnsafeBytes { bytes in
      Number(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: start, as: Number.self))
    }
  }
}
