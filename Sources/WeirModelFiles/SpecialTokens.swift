import WeirFiles

/// Finds control and other special tokens that are written out in a text, the longest at each place.
struct SpecialTokens: Sendable {
  enum Part {
    case text(Range<Int>)
    case special(Int32)
  }

  private let table: ByteTable
  /// For each first byte, the lengths of the tokens that begin with it, longest first.
  private let lengths: [[Int]]

  init(_ vocabulary: Vocabulary, where included: (Vocabulary.Kind) -> Bool) {
    var sets = [Set<Int>](repeating: [], count: 256)
    for id in 0..<Int32(vocabulary.count) where included(vocabulary.kind(of: id)) {
      let range = vocabulary.range(of: id)
      if let first = vocabulary.region.array(in: range.prefix(1)).first { sets[Int(first)].insert(range.count) }
    }
    lengths = sets.map { $0.sorted(by: >) }
    table = vocabulary.table(where: included)
  }

  /// The id of the special token that is written like `text`.
  func exact(_ text: String) -> Int32? { table.find(Array(text.utf8)) }

  /// Calls `body` with the parts of `bytes` in order; texts are never empty.
  func forEachPart(of bytes: [UInt8], _ body: (Part) -> Void) {
    var start = 0
    var place = 0
    while place < bytes.count {
      guard let (id, length) = match(bytes, at: place) else {
        place += 1
        continue
      }
      if place > start { body(.text(start..<place)) }
      body(.special(id))
      place += length
      start = place
    }
    if start < bytes.count { body(.text(start..<bytes.count)) }
  }

  private func match(_ bytes: [UInt8], at place: Int) -> (id: Int32, length: Int)? {
    for length in lengths[Int(bytes[place])] where length <= bytes.count - place {
      if let id = table.find(bytes, place..<(place + length)) { return (id, length) }
    }
    return nil
  }
}
