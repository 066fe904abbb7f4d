/// The first page: what the file is, how many pages it has, and behind that the bytes of the owner.
///
/// | offset | bytes | |
/// |---|---|---|
/// | 64 | 4 | version of this layout |
/// | 68 | 4 | bytes of a page |
/// | 72 | 4 | dimension |
/// | 76 | 4 | the owner's format |
/// | 80 | 8 | pages in use |
/// | 96 | 32 | the encoder's fingerprint |
/// | 128 | to the end | the owner's |
@safe
struct PageRoot {
  static let version: UInt32 = 1
  static let ownersOffset = 128

  let page: UnsafeMutableRawPointer
  var header: PageHeader { unsafe PageHeader(page) }

  init(_ page: UnsafeMutableRawPointer) { unsafe self.page = page }

  private func number(_ offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: page.load(fromByteOffset: offset, as: UInt32.self))
  }

  private func store(_ value: UInt32, _ offset: Int) {
    unsafe page.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
  }

  var pageCount: Int {
    get { unsafe Int(clamping: UInt64(littleEndian: page.load(fromByteOffset: 80, as: UInt64.self))) }
    nonmutating set {
      unsafe page.storeBytes(of: UInt64(newValue).littleEndian, toByteOffset: 80, as: UInt64.self)
    }
  }

  /// Writes all but the owner's bytes into a page of zeros.
  func begin(_ identity: PageFileIdentity) {
    header.kind = PageHeader.rootKind
    store(Self.version, 64)
    store(UInt32(identity.pageBytes), 68)
    store(UInt32(identity.dimension), 72)
    store(identity.format, 76)
    pageCount = 1
    for (offset, byte) in identity.encoder.enumerated() {
      unsafe page.storeBytes(of: byte, toByteOffset: 96 + offset, as: UInt8.self)
    }
  }

  /// Whether the page is whole, by its own account of itself.
  func isSealed(pageBytes: Int) -> Bool {
    let own = PageHeader.Stamp(tag: header.tag, file: header.file, generation: header.generation)
    return Int(number(68)) == pageBytes && header.isSealed(own, number: 0, pageBytes: pageBytes)
  }

  /// Why a file with this first page cannot be used; nil where it can.
  func objection(to identity: PageFileIdentity, maximumPages: Int) -> PageFileStart.Reason? {
    guard header.hasMagic, header.kind == PageHeader.rootKind else { return .notAPageFile }
    if number(64) != Self.version { return .version(found: number(64), expected: Self.version) }
    if Int(number(68)) != identity.pageBytes {
      return .pageBytes(found: Int(number(68)), expected: identity.pageBytes)
    }
    guard isSealed(pageBytes: identity.pageBytes) else { return .damagedRoot }
    if !hasEncoder(identity.encoder) || header.tag != identity.tag { return .otherEncoder }
    if Int(number(72)) != identity.dimension {
      return .dimension(found: Int(number(72)), expected: identity.dimension)
    }
    if number(76) != identity.format { return .format(found: number(76), expected: identity.format) }
    if pageCount < 1 { return .damagedRoot }
    return pageCount > maximumPages ? .tooManyPages(found: pageCount, allowed: maximumPages) : nil
  }

  private func hasEncoder(_ encoder: [UInt8]) -> Bool {
    encoder.enumerated().allSatisfy { offset, byte in
      unsafe page.load(fromByteOffset: 96 + offset, as: UInt8.self) == byte
    }
  }
}
