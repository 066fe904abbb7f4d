import CWeirKernels

/// How records of equal length lie in pages: 2^shift of them behind each page's header, none across two pages.
package struct RecordGeometry: Sendable, Hashable {
  package let pageBytes: Int
  package let headerBytes: Int
  package let recordBytes: Int
  package let shift: Int

  /// Nil where not even 2^shift records fit behind the header.
  package init?(pageBytes: Int, headerBytes: Int, recordBytes: Int, shift: Int) {
    guard headerBytes >= 0, recordBytes > 0, pageBytes > headerBytes, (0..<32).contains(shift),
      recordBytes <= (pageBytes - headerBytes) >> shift
    else { return nil }
    (self.pageBytes, self.headerBytes, self.recordBytes, self.shift) = (pageBytes, headerBytes, recordBytes, shift)
  }

  /// As many records a page as a power of two allows; nil where not one fits.
  package init?(pageBytes: Int, headerBytes: Int, recordBytes: Int) {
    guard headerBytes >= 0, recordBytes > 0, pageBytes > headerBytes, pageBytes - headerBytes >= recordBytes else {
      return nil
    }
    let fitting = (pageBytes - headerBytes) / recordBytes
    self.init(
      pageBytes: pageBytes, headerBytes: headerBytes, recordBytes: recordBytes,
      shift: min(Int.bitWidth - 1 - fitting.leadingZeroBitCount, 31))
  }

  /// Any number of records a page: their places are counted in the power of two that holds them, and the rest of its
  /// places does not exist. Nil where so many do not fit.
  package init?(pageBytes: Int, headerBytes: Int, recordBytes: Int, recordsPerPage: Int) {
    guard headerBytes >= 0, recordBytes > 0, recordsPerPage > 0, pageBytes > headerBytes,
      recordsPerPage <= (pageBytes - headerBytes) / recordBytes
    else { return nil }
    (self.pageBytes, self.headerBytes, self.recordBytes) = (pageBytes, headerBytes, recordBytes)
    shift = Int.bitWidth - (recordsPerPage - 1).leadingZeroBitCount
  }

  /// Places of a page in the numbers of slots.
  package var recordsPerPage: Int { 1 << shift }

  /// Where a slot's record begins, counted from the base.
  package func offset(ofSlot slot: Int) -> Int {
    (slot >> shift) * pageBytes + headerBytes + (slot & (recordsPerPage - 1)) * recordBytes
  }

  /// Bytes from the base to the end of the page of the last of `slots` records.
  package func extent(slots: Int) -> Int { slots > 0 ? ((slots - 1) >> shift + 1) * pageBytes : 0 }
}
