internal import Glibc
internal import Synchronization
internal import WeirTensor

/// The pages of an index as records: every address is computed here, and every number that came from a page is
/// checked here before it is followed.
///
/// One writer changes records while readers look at them. What a reader may meet half changed (links, ids, partitions)
/// is read and written as single words; numbers are checked for range and kind of page, so that a reader may see
/// something old, never something outside.
// @unchecked Sendable because words are atomic, and a torn vector costs a search one candidate, which its caller checks.
@safe final class GraphMemory: @unchecked Sendable {
  let layout: GraphLayout
  let file: PageFile
  private let base: UnsafeMutableRawPointer
  private let pageBytes: Int
  private let slotShift: UInt32
  private let slotMask: UInt32
  private let recordsPerPage: Int
  private let recordBytes: Int
  private let linksOffset: Int
  /// One byte for each page that the file may have: 0 until it was looked at, its kind, or `damaged`.
  private let kinds: UnsafeMutablePointer<Atomic<UInt8>>
  private let capacity: Int
  private static let damaged: UInt8 = 255
  /// Parts of every vector's record, for the kernels: what a comparison reads; neighbours; codes.
  let compared: RecordPart
  let links: RecordPart
  let codes: RecordPart

  init(file: PageFile, layout: GraphLayout) {
    self.file = file
    self.layout = layout
    unsafe base = file.page(0)
    pageBytes = layout.pageBytes
    slotShift = UInt32(layout.slotShift)
    slotMask = 1 << UInt32(layout.slotShift) - 1
    recordsPerPage = layout.recordsPerPage
    recordBytes = layout.recordBytes
    linksOffset = layout.linksOffset
    capacity = file.maximumPages
    // Zeros that take no memory before they are written; an allocation that fails traps.
    guard let zeros = unsafe calloc(capacity, 1) else { preconditionFailure("no memory for the kinds of pages") }
    unsafe kinds = zeros.bindMemory(to: Atomic<UInt8>.self, capacity: capacity)
    guard
      let geometry = RecordGeometry(
        pageBytes: layout.pageBytes, headerBytes: GraphLayout.pageHeader, recordBytes: layout.recordBytes,
        recordsPerPage: layout.recordsPerPage)
    else { preconditionFailure("the layout's records fit into its pages") }
    let space = unsafe UnsafeRawBufferPointer(start: base, count: capacity * layout.pageBytes)
    let slots = capacity << layout.slotShift
    compared = unsafe RecordPart(
      memory: space, geometry: geometry, slots: slots, offset: 0, bytes: GraphLayout.headBytes + layout.codesBytes)
    links = unsafe RecordPart(
      memory: space, geometry: geometry, slots: slots, offset: layout.linksOffset, bytes: GraphLayout.links * 4)
    codes = unsafe RecordPart(
      memory: space, geometry: geometry, slots: slots, offset: GraphLayout.headBytes, bytes: layout.codesBytes)
  }

  deinit { unsafe free(kinds) }

  // MARK: Pages

  var pageCount: Int { file.pageCount }

  /// Whether the page is there, undamaged, and of this kind.
  @inline(__always)
  func holds(_ page: Int, _ kind: PageKind) -> Bool {
    guard page < capacity else { return false }
    let known = unsafe kinds[page].load(ordering: .relaxed)
    if known == kind.rawValue { return true }
    return known == 0 && look(page) == kind.rawValue
  }

  @inline(never)
  private func look(_ page: Int) -> UInt8 {
    guard page < file.pageCount else { return 0 }
    let kind = file.isSound(page) ? UInt8(exactly: file.kind(of: page)) ?? PageKind.table.rawValue : GraphMemory.damaged
    unsafe kinds[page].store(kind, ordering: .relaxed)
    return kind
  }

  /// A new page of a kind; its content is zeros.
  func append(_ kind: PageKind) throws(PageFileFailure) -> Int {
    let page = try file.append(1)
    file.setKind(UInt32(kind.rawValue), of: page)
    unsafe kinds[page].store(kind.rawValue, ordering: .relaxed)
    return page
  }

  // MARK: Vectors

  @inline(__always)
  func page(ofSlot slot: UInt32) -> Int { Int(slot &>> slotShift) }

  @inline(__always)
  func isSlot(_ slot: UInt32) -> Bool {
    holds(page(ofSlot: slot), .vectors) && Int(slot & slotMask) < recordsPerPage
  }

  /// The address of a record; the slot must have passed `isSlot`.
  @inline(__always)
  func record(_ slot: UInt32) -> UnsafeMutableRawPointer {
    let place = Int(slot & slotMask)
    return unsafe base + (page(ofSlot: slot) &* pageBytes &+ GraphLayout.pageHeader &+ place &* recordBytes)
  }

  /// Zero for a vector that was removed.
  @inline(__always)
  func id(_ slot: UInt32) -> Int64 { unsafe Int64(bitPattern: GraphMemory.load64(record(slot))) }

  @inline(__always)
  func scale(_ slot: UInt32) -> Float {
    unsafe Float(bitPattern: GraphMemory.load(record(slot) + 8))
  }

  /// `none` for a slot that is free.
  @inline(__always)
  func partition(_ slot: UInt32) -> UInt32 { unsafe GraphMemory.load(record(slot) + 12) }

  @inline(__always)
  func codes(of slot: UInt32) -> UnsafeMutableRawBufferPointer {
    unsafe UnsafeMutableRawBufferPointer(start: record(slot) + GraphLayout.headBytes, count: layout.codesBytes)
  }

  func setID(_ id: Int64, _ slot: UInt32) {
    file.markDirty(page(ofSlot: slot))
    unsafe GraphMemory.store64(UInt64(bitPattern: id), record(slot))
  }

  func setScale(_ scale: Float, _ slot: UInt32) {
    unsafe GraphMemory.store(scale.bitPattern, record(slot) + 8)
  }

  func setPartition(_ partition: UInt32, _ slot: UInt32) {
    file.markDirty(page(ofSlot: slot))
    unsafe GraphMemory.store(partition, record(slot) + 12)
  }

  @inline(__always)
  func link(_ slot: UInt32, _ index: Int) -> UInt32 {
    unsafe GraphMemory.load(record(slot) + (linksOffset &+ index &* 4))
  }

  // MARK: Small records

  /// The address of record `number` among those of `bytes` bytes; its page must have passed `holds`.
  @inline(__always)
  func small(_ number: UInt32, _ bytes: Int) -> UnsafeMutableRawPointer {
    unsafe base
      + (Int(number >> 6) * pageBytes + GraphLayout.pageHeader + Int(number & 63) * bytes)
  }

  @inline(__always)
  func isSmall(_ number: UInt32, _ kind: PageKind, perPage: Int) -> Bool {
    holds(Int(number >> 6), kind) && Int(number & 63) < perPage
  }

  func markSmallDirty(_ number: UInt32) { file.markDirty(Int(number >> 6)) }

  // MARK: Words

  @inline(__always)
  static func load(_ address: UnsafeRawPointer) -> UInt32 {
    unsafe address.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .relaxed)
  }

  @inline(__always)
  static func load64(_ address: UnsafeRawPointer) -> UInt64 {
    unsafe address.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .acquiring)
  }

  @inline(__always)
  static func store(_ value: UInt32, _ address: UnsafeMutableRawPointer) {
    unsafe address.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.store(value, ordering: .releasing)
  }

  @inline(__always)
  static func store64(_ value: UInt64, _ address: UnsafeMutableRawPointer) {
    unsafe address.assumingMemoryBound(to: Atomic<UInt64>.self).pointee.store(value, ordering: .releasing)
  }
}
