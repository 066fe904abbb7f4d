/// A hash table from 64-bit keys to 32-bit values in the pages of a file: extendible hashing.
///
/// A bucket is a page, an open-addressed table of 12 bytes an entry (`PageBucket`). The low bits of a key's hash choose an
/// entry of the directory, which names the bucket; a bucket that is 7/8 full is split in two, and where it is the only one
/// of its bits the directory doubles. So the table grows by one page at a time, no insertion takes long, and few pages
/// change between two checkpoints. Between 15 and 29 bytes of file an entry, 21 at 100 000; buckets are not merged.
///
/// One thread writes (the file's writer), any number look up. A lookup never waits and sees an entry whole or not at
/// all; while the writer moves an entry, or when a page is damaged, it may miss. Whatever the pages say, it ends.
///
/// The head page holds, behind its header: the hash's seed, entries, the directory's depth and its pages' number, and the
/// numbers of those pages.
package struct PageTable: Sendable {
  static let headKind: UInt32 = 0x4842_5457
  static let directoryKind: UInt32 = 0x4442_5457

  let file: PageFile
  /// The page to remember the table by.
  package let head: Int

  /// The table whose head is that page; where it is none, every lookup misses.
  package init(file: PageFile, head: Int) {
    self.file = file
    self.head = head
  }

  /// A new, empty table; the seed keeps keys from being chosen so that they collide.
  package static func create(in file: PageFile, seed: UInt64) throws(PageFileFailure) -> PageTable {
    let head = try file.append(3)
    let table = PageTable(file: file, head: head)
    file.setKind(headKind, of: head)
    file.setKind(directoryKind, of: head + 1)
    PageBucket.begin(file, head + 2, depth: 0)
    PageWords(file, head + 1).store32(UInt32(head + 2), PageHeader.byteCount)
    let words = PageWords(file, head)
    words.store64(seed, Offset.seed)
    words.store32(UInt32(head + 1), Offset.directory)
    words.store32(1, Offset.directoryPages)
    return table
  }

  enum Offset {
    static let seed = 64
    static let count = 72
    static let depth = 80
    static let directoryPages = 84
    static let directory = 88
  }

  /// Entries; more than there are once a damaged bucket was emptied.
  package var count: Int { headWords.map { Int(clamping: $0.load64(Offset.count)) } ?? 0 }

  /// Bits of the hash that choose among the directory's entries.
  var depth: Int { headWords.map { Int($0.load32(Offset.depth)) } ?? 0 }

  // MARK: Reading

  package func value(for key: UInt64) -> UInt32? {
    guard let words = headWords else { return nil }
    let hash = Self.hash(key, words.load64(Offset.seed))
    var bucket = self.bucket(of: hash, words)
    for _ in 0..<8 {
      guard let page = bucket, let look = PageBucket(file, page) else { return nil }
      if let value = look.value(for: key, hash) { return value }
      // The bucket may have been split after its number was read.
      bucket = self.bucket(of: hash, words)
      if bucket == page { return nil }
    }
    return nil
  }

  /// Nil when the head is damaged or of another kind.
  var headWords: PageWords? {
    guard file.isSound(head), file.kind(of: head) == Self.headKind else { return nil }
    return PageWords(file, head)
  }

  /// One to one in `key`, so two keys never have one hash.
  static func hash(_ key: UInt64, _ seed: UInt64) -> UInt64 {
    var hash = key ^ seed
    hash = (hash ^ hash >> 32) &* 0xD6E8_FEB8_6659_FD93
    hash = (hash ^ hash >> 29) &* 0x9E37_79B9_7F4A_7C15
    return hash ^ hash >> 32
  }

  /// Entries in a page of the directory, a power of two.
  var entriesPerPage: Int { file.identity.pageBytes / 8 }

  /// Most pages that the directory can have.
  private var maximumDirectoryPages: Int { (file.identity.pageBytes - Offset.directory) / 4 }

  /// Most bits that choose among the directory's entries.
  var maximumDepth: Int {
    (maximumDirectoryPages * entriesPerPage).bitWidth - 1 - (maximumDirectoryPages * entriesPerPage).leadingZeroBitCount
  }

  /// The page of the bucket that a hash belongs to; nil where the directory does not tell.
  func bucket(of hash: UInt64, _ words: PageWords) -> Int? {
    let depth = min(Int(words.load32(Offset.depth)), maximumDepth)
    return entry(Int(hash & ((1 << UInt64(depth)) - 1)), words)
  }

  func entry(_ index: Int, _ words: PageWords) -> Int? {
    guard let (page, offset) = place(of: index, words) else { return nil }
    return Int(PageWords(file, page).load32(offset))
  }

  /// The directory's page that has an entry, and the entry's offset there.
  func place(of index: Int, _ words: PageWords) -> (page: Int, offset: Int)? {
    let number = index / entriesPerPage
    guard number < maximumDirectoryPages else { return nil }
    let page = Int(words.load32(Offset.directory + 4 * number))
    guard file.isSound(page), file.kind(of: page) == Self.directoryKind else { return nil }
    return (page, PageHeader.byteCount + 4 * (index % entriesPerPage))
  }
}
