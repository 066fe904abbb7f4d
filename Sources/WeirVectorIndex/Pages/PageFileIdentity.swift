/// What a page file holds: files of another identity are not read, they begin anew.
package struct PageFileIdentity: Sendable, Hashable {
  /// The fingerprint of the encoder whose vectors are stored, 32 bytes.
  package let encoder: [UInt8]
  /// Numbers in a vector.
  package let dimension: Int
  /// Version of what the owner writes into its pages.
  package let format: UInt32
  /// 4096 or a larger power of two, and a multiple of the system's own pages.
  package let pageBytes: Int

  package init(encoder: [UInt8], dimension: Int, format: UInt32, pageBytes: Int = 4096) {
    precondition(encoder.count == 32, "a fingerprint has 32 bytes")
    precondition((1...1 << 24).contains(dimension), "a dimension is between 1 and 2^24")
    precondition(
      (4096...1 << 20).contains(pageBytes) && pageBytes & (pageBytes - 1) == 0,
      "a page is a power of two between 4096 bytes and 1 MiB")
    self.encoder = encoder
    self.dimension = dimension
    self.format = format
    self.pageBytes = pageBytes
  }

  /// The part of the fingerprint that every page carries.
  var tag: UInt64 {
    encoder.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// How an opened file began.
package enum PageFileStart: Sendable, Hashable {
  /// With the pages that were there.
  case continued
  /// Empty, for there was none, or none with a checkpoint.
  case created
  /// Empty, for what was there is of no use: the owner has to fill it again.
  case replaced(Reason)

  package enum Reason: Sendable, Hashable {
    /// The file does not begin as page files do.
    case notAPageFile
    case version(found: UInt32, expected: UInt32)
    /// The checksum of the first page is wrong, or what the page says is impossible.
    case damagedRoot
    /// A checkpoint was interrupted while it wrote in place, and the journal that would complete it is damaged.
    case damagedJournal
    case otherEncoder
    case dimension(found: Int, expected: Int)
    case format(found: UInt32, expected: UInt32)
    case pageBytes(found: Int, expected: Int)
    /// The file is larger than what is allowed now.
    case tooManyPages(found: Int, allowed: Int)
  }
}
