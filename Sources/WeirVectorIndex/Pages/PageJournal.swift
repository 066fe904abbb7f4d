internal import WeirFiles

/// The redo journal of one checkpoint: whole images of the pages that it changes, complete or void.
///
/// A line of 4096 bytes, the images in ascending order of their numbers, and a trailer of 64 bytes, without which the
/// journal says nothing. It is written and synced before the first of its pages changes in the file, and emptied when
/// the last is durable there; to write it into the file twice does no harm.
///
/// | offset | bytes | first line, and trailer |
/// |---|---|---|
/// | 0 | 8 | `WPGJRNL1`, `WPGJEND1` |
/// | 8 | 8 | checksum of the line or trailer without this word |
/// | 16 | 8 | number of the file |
/// | 24 | 8 | generation that the file has afterwards |
/// | 32 | 8 | images |
/// | 40 | 8 | bytes of an image; in the trailer, all checksums of the images chained |
struct PageJournal {
  static let lineBytes = 4096
  static let trailerBytes = 64
  private static let lineMagic: UInt64 = 0x314C_4E52_4A47_5057
  private static let trailerMagic: UInt64 = 0x3144_4E45_4A47_5057

  let stream: PageStream
  let pageBytes: Int

  /// What a journal says of itself.
  struct Contents: Equatable {
    var file: UInt64
    var generation: UInt64
    var images: Int
  }

  enum State: Equatable {
    case empty
    case complete(Contents)
    /// Its writer was interrupted, or it is not what was written.
    case partial
  }

  static func imageOffset(_ index: Int, pageBytes: Int) -> Int { lineBytes + index * pageBytes }

  // MARK: Writing

  /// Writes and syncs the images of `pages`, ascending, which are sealed with `stamp`.
  func write(_ pages: [Int], of space: PageSpace, _ stamp: PageHeader.Stamp) throws(PageFileFailure) {
    if try stream.size() > 0 { try stream.resize(to: 0) }
    let contents = Contents(file: stamp.file, generation: stamp.generation, images: pages.count)
    try write(Self.lineMagic, contents, last: UInt64(pageBytes), byteCount: Self.lineBytes, at: 0)
    var index = 0
    for run in PageRuns(pages) {
      let bytes = unsafe UnsafeRawBufferPointer(
        start: space.base + run.lowerBound * pageBytes, count: run.count * pageBytes)
      try unsafe stream.write(bytes, at: Self.imageOffset(index, pageBytes: pageBytes))
      index += run.count
    }
    var chain = stamp.generation
    for page in pages { chain = unsafe Self.chained(chain, PageHeader(space.base + page * pageBytes)) }
    let end = Self.imageOffset(pages.count, pageBytes: pageBytes)
    try write(Self.trailerMagic, contents, last: chain, byteCount: Self.trailerBytes, at: end)
    try stream.synchronize()
  }

  private func write(
    _ magic: UInt64, _ contents: Contents, last: UInt64, byteCount: Int, at offset: Int
  ) throws(PageFileFailure) {
    let line = PageBuffer(byteCount: byteCount)
    line.store(magic, 0)
    line.store(contents.file, 16)
    line.store(contents.generation, 24)
    line.store(UInt64(contents.images), 32)
    line.store(last, 40)
    line.store(line.checksum(skipping: 8), 8)
    try unsafe stream.write(UnsafeRawBufferPointer(line.bytes), at: offset)
  }

  private static func chained(_ chain: UInt64, _ header: PageHeader) -> UInt64 {
    ((chain ^ header.checksum) &* 0x9E37_79B9_7F4A_7C15) ^ header.number
  }

  // MARK: Reading

  /// Reads all of it, an image at a time.
  func state() throws(PageFileFailure) -> State {
    let size = try stream.size()
    if size == 0 { return .empty }
    let imageBytes = size - Self.lineBytes - Self.trailerBytes
    guard imageBytes > 0, imageBytes % pageBytes == 0 else { return .partial }
    let (line, trailer) = (PageBuffer(byteCount: Self.lineBytes), PageBuffer(byteCount: Self.trailerBytes))
    guard try unsafe stream.read(into: trailer.bytes, at: size - Self.trailerBytes),
      let contents = trailer.contents(magic: Self.trailerMagic), contents.images == imageBytes / pageBytes,
      try unsafe stream.read(into: line.bytes, at: 0), line.contents(magic: Self.lineMagic) == contents,
      line.load(40) == UInt64(pageBytes)
    else { return .partial }
    var (chain, last) = (contents.generation, -1)
    let isWhole = try forEachImage(contents) { number, image throws(PageFileFailure) in
      guard number > last else { return false }
      last = number
      chain = Self.chained(chain, image)
      return true
    }
    return isWhole && chain == trailer.load(40) ? .complete(contents) : .partial
  }

  /// Whether a journal that is partial now was complete once, so that some of its pages may stand in `file` and others
  /// not: an image in it is of the root's own checkpoint, or of the next one and already in its place.
  func wasApplied(to file: PageStream, after root: PageHeader.Stamp) throws(PageFileFailure) -> Bool {
    let (image, page) = (PageBuffer(byteCount: pageBytes), PageBuffer(byteCount: PageHeader.byteCount))
    var index = 0
    while try unsafe stream.read(into: image.bytes, at: Self.imageOffset(index, pageBytes: pageBytes)) {
      index += 1
      let header = image.root.header
      guard header.file == root.file, header.tag == root.tag, header.number <= UInt64(Int32.max) else { continue }
      if header.generation == root.generation { return true }
      guard header.generation == root.generation &+ 1,
        try unsafe file.read(into: page.bytes, at: Int(header.number) * pageBytes)
      else { continue }
      if page.root.header.generation == header.generation { return true }
    }
    return false
  }

  /// Passes the images in order until `body` is false or one is not as it was written; false in both cases.
  func forEachImage(
    _ contents: Contents, _ body: (Int, PageHeader) throws(PageFileFailure) -> Bool
  ) throws(PageFileFailure) -> Bool {
    let image = PageBuffer(byteCount: pageBytes)
    for index in 0..<contents.images {
      guard try unsafe stream.read(into: image.bytes, at: Self.imageOffset(index, pageBytes: pageBytes)),
        case let header = image.root.header
      else { return false }
      let stamp = PageHeader.Stamp(tag: header.tag, file: contents.file, generation: contents.generation)
      guard header.generation == contents.generation, header.number <= UInt64(Int32.max),
        header.isSealed(stamp, number: Int(header.number), pageBytes: pageBytes),
        try body(Int(header.number), header)
      else { return false }
    }
    return true
  }

  /// Writes the images to their places in `file` and syncs it; the journal stays.
  func replay(_ contents: Contents, into file: PageStream) throws(PageFileFailure) {
    let isWhole = try forEachImage(contents) { number, image throws(PageFileFailure) in
      try unsafe file.write(UnsafeRawBufferPointer(start: image.page, count: pageBytes), at: number * pageBytes)
      return true
    }
    guard isWhole else { throw .file(.changed(path: stream.path)) }
    try file.synchronize()
  }
}

/// A line, a trailer or an image outside of the file's own pages.
@safe
final class PageBuffer {
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    unsafe bytes = .allocate(byteCount: byteCount, alignment: 64)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe bytes.deallocate() }

  /// Of a buffer that is as long as a page.
  var root: PageRoot {
    guard let start = unsafe bytes.baseAddress else { preconditionFailure("a page has bytes") }
    return unsafe PageRoot(start)
  }

  func load(_ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: bytes.load(fromByteOffset: offset, as: UInt64.self))
  }

  func store(_ value: UInt64, _ offset: Int) {
    unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt64.self)
  }

  func checksum(skipping offset: Int) -> UInt64 {
    guard let start = unsafe bytes.baseAddress else { return 0 }
    return unsafe PageChecksum.of(start, count: bytes.count, skipping: offset)
  }

  /// What a journal's line or trailer says; nil where it is none.
  fileprivate func contents(magic: UInt64) -> PageJournal.Contents? {
    guard load(0) == magic, load(8) == checksum(skipping: 8), load(32) <= UInt64(Int32.max) else { return nil }
    return PageJournal.Contents(file: load(16), generation: load(24), images: Int(load(32)))
  }
}

/// Ascending numbers as runs without gaps.
struct PageRuns: Sequence, IteratorProtocol {
  private var rest: ArraySlice<Int>

  init(_ pages: [Int]) { rest = pages[...] }

  mutating func next() -> Range<Int>? {
    guard let first = rest.popFirst() else { return nil }
    var end = first + 1
    while rest.first == end {
      rest.removeFirst()
      end += 1
    }
    return first..<end
  }
}
