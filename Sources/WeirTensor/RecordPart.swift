import CWeirKernels

/// One part of every record of a memory that somebody else owns, such as the codes of all vectors of a mapped index.
///
/// It does not keep the memory alive: who made it must not use it beyond the mapping.
// @unchecked Sendable because it is an address and some numbers; the kernels only read through it.
@safe package struct RecordPart: @unchecked Sendable {
  let records: weir_records
  /// Slots that may be named: 0 ..< slots.
  package let slots: Int
  /// Of the part in each record.
  package let bytes: Int

  /// - Parameters:
  ///   - memory: where page 0 begins; it must hold `geometry.extent(slots:)` bytes.
  ///   - offset: of the part in a record; the part must end within the record.
  package init(memory: UnsafeRawBufferPointer, geometry: RecordGeometry, slots: Int, offset: Int, bytes: Int) {
    precondition(
      offset >= 0 && bytes >= 0 && offset + bytes <= geometry.recordBytes,
      "\(bytes) bytes from \(offset) on do not lie in a record of \(geometry.recordBytes)")
    precondition(
      slots >= 0 && geometry.extent(slots: slots) <= memory.count,
      "\(slots) records need \(geometry.extent(slots: slots)) bytes, found \(memory.count)")
    guard let base = memory.baseAddress else { preconditionFailure("records without memory") }
    unsafe records = weir_records(
      base: base.assumingMemoryBound(to: UInt8.self), page_bytes: geometry.pageBytes,
      header_bytes: geometry.headerBytes, record_bytes: geometry.recordBytes, offset: offset,
      shift: UInt32(geometry.shift))
    (self.slots, self.bytes) = (slots, bytes)
  }

  /// The part's bytes of one slot; valid as long as the memory is.
  package func bytes(ofSlot slot: Int) -> UnsafeRawBufferPointer {
    precondition(slot >= 0 && slot < slots, "slot \(slot) lies outside \(slots)")
    return unsafe withUnsafePointer(to: records) {
      unsafe UnsafeRawBufferPointer(start: weir_record($0, UInt32(slot)), count: bytes)
    }
  }

  /// Asks the memory for a slot's bytes, which are read soon; a slot that does not exist is passed over.
  package func prefetch(_ slot: Int) {
    guard slot >= 0, slot < slots else { return }
    unsafe withUnsafePointer(to: records) { unsafe weir_prefetch(weir_record($0, UInt32(slot)), bytes) }
  }

  /// Traps when a slot does not exist: whoever reads slots from a file has checked them.
  func check(_ named: UnsafeBufferPointer<UInt32>) {
    var largest: UInt32 = 0
    for index in named.indices { unsafe largest = max(largest, named[index]) }
    precondition(named.isEmpty || Int(largest) < slots, "slot \(largest) lies outside \(slots)")
  }
}
