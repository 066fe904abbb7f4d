/// The first 64 bytes of every page.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 0 | 4 | `WPG1` |
/// | 4 | 4 | kind: the owner's, `ROOT` for the first page |
/// | 8 | 8 | checksum of the whole page without this word |
/// | 16 | 8 | number of the page |
/// | 24 | 8 | first bytes of the encoder's fingerprint |
/// | 32 | 8 | generation: the checkpoint that wrote it |
/// | 40 | 8 | number of the file, drawn when it was made |
/// | 48 | 16 | the owner's |
///
/// All numbers are little-endian.
@safe
struct PageHeader {
  static let byteCount = 64
  /// Where the bytes in the header that belong to the owner begin.
  static let ownersOffset = 48
  static let magic: UInt32 = 0x3147_5057
  static let rootKind: UInt32 = 0x544F_4F52
  static let checksumOffset = 8

  let page: UnsafeMutableRawPointer

  init(_ page: UnsafeMutableRawPointer) { unsafe self.page = page }

  private func number32(_ offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: page.load(fromByteOffset: offset, as: UInt32.self))
  }

  private func number64(_ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: page.load(fromByteOffset: offset, as: UInt64.self))
  }

  private func store(_ value: UInt64, _ offset: Int) {
    unsafe page.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  var hasMagic: Bool { number32(0) == Self.magic }

  var kind: UInt32 {
    get { number32(4) }
    nonmutating set { unsafe page.storeBytes(of: newValue.littleEndian, toByteOffset: 4, as: UInt32.self) }
  }

  var checksum: UInt64 { number64(8) }
  var number: UInt64 { number64(16) }
  var tag: UInt64 { number64(24) }
  var generation: UInt64 { number64(32) }
  var file: UInt64 { number64(40) }

  /// Fills in all but the kind and the owner's bytes; the checksum last.
  func seal(_ stamp: Stamp, number: Int, pageBytes: Int) {
    unsafe page.storeBytes(of: Self.magic.littleEndian, as: UInt32.self)
    store(UInt64(number), 16)
    store(stamp.tag, 24)
    store(stamp.generation, 32)
    store(stamp.file, 40)
    store(unsafe PageChecksum.of(page, count: pageBytes, skipping: Self.checksumOffset), 8)
  }

  /// Whether the page is that page of that file, whole, of the stamp's generation or an earlier one.
  func isSealed(_ stamp: Stamp, number: Int, pageBytes: Int) -> Bool {
    guard hasMagic, self.number == UInt64(number), tag == stamp.tag, file == stamp.file, generation <= stamp.generation
    else { return false }
    return unsafe PageChecksum.of(page, count: pageBytes, skipping: Self.checksumOffset) == checksum
  }

  /// What the pages of one checkpoint have in common.
  struct Stamp: Hashable, Sendable {
    var tag: UInt64
    var file: UInt64
    var generation: UInt64
  }
}
