internal import WeirTensor

/// Kinds of pages in an index file, as their headers name them.
enum PageKind: UInt8 {
  case root = 1
  /// Vectors with their neighbours.
  case vectors
  /// Nodes of the layers above the lowest.
  case towers
  case partitions
  /// Which vectors a partition has.
  case members
  case table
}

/// How the pages of one index are divided. A *number* says where something is: its page, times a power of two that is
/// at least what a page holds, plus its place there.
///
/// A vector's record is `head | codes | links`, each part a multiple of 64 bytes, so that codes fill whole cache lines.
/// The head is id (8 bytes), scale (4), partition (4) and nothing else: with 384 dimensions seven records fill a page.
struct GraphLayout: Sendable, Hashable {
  /// Neighbours of a node in the lowest layer, and in those above.
  static let links = 32
  static let towerLinks = 16
  /// A page's own header.
  static let pageHeader = 64
  /// Of a vector's record: id, scale, partition, and the rest of a cache line.
  static let headBytes = 64
  /// Slot and number below (4 bytes each), then the links.
  static let towerBytes = 8 + towerLinks * 4
  /// Key (32), then live and removed vectors, entry, its height, first and last chunk (4 each), 8 spare.
  static let partitionBytes = 64
  /// Next chunk and count (4 each), then slots.
  static let chunkBytes = 64
  static let chunkSlots = 14
  /// Of towers, partitions and chunks: places in a number.
  static let smallShift = 6
  /// No number.
  static let none = UInt32.max

  let dimension: Int
  let pageBytes: Int
  let codesBytes: Int
  let recordBytes: Int
  let recordsPerPage: Int
  /// Places of a vector in a number, as a power of two.
  let slotShift: Int

  init(dimension: Int) {
    precondition((1...4096).contains(dimension), "vectors have 1 to 4096 dimensions, found \(dimension)")
    self.dimension = dimension
    codesBytes = (dimension + 63) / 64 * 64
    let recordBytes = GraphLayout.headBytes + GraphLayout.links * 4 + codesBytes
    self.recordBytes = recordBytes
    // The smallest page that loses no more than an eighth.
    pageBytes =
      [4096, 8192, 16384].first { bytes in
        (bytes - GraphLayout.pageHeader) / recordBytes * recordBytes * 8 >= bytes * 7
      } ?? 16384
    let recordsPerPage = (pageBytes - GraphLayout.pageHeader) / recordBytes
    self.recordsPerPage = recordsPerPage
    slotShift = (0...8).first { 1 << $0 >= recordsPerPage } ?? 8
  }

  var linksOffset: Int { GraphLayout.headBytes + codesBytes }
  var towersPerPage: Int { min(64, (pageBytes - GraphLayout.pageHeader) / GraphLayout.towerBytes) }
  var smallPerPage: Int { min(63, (pageBytes - GraphLayout.pageHeader) / 64) }
}
