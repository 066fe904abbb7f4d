import WeirFiles

/// Finds control and other special tokens that are written out in a text, the longest at each place.
struct SpecialTokens: Sendable {
  struct Match {
    let range: Range<Int>
    let id: Int32
  }

  private let table: ByteTable
  /// For each first byte, where its lengths lie in `lengths`.
  private let places: [Range<Int>]
  /// The lengths of the tokens that begin with one byte, longest first.
  private let lengths: [Int]

  init(_ vocabulary: Vocabulary, where included: (Vocabulary.Kind) -> Bool) {
    let ids = vocabulary.ids(where: included)
    var sets = [Set<Int>](repeating: [], count: 256)
    for id in ids {
      let bytes = vocabulary.bytes(of: id)
      if let first = bytes.first { sets[Int(first)].insert(bytes.count) }
    }
    var places: [Range<Int>] = []
    var lengths: [Int] = []
    for set in sets {
      places.append(lengths.count..<(lengths.count + set.count))
      lengths += set.sorted(by: >)
    }
    self.places = places
    self.lengths = lengths
    table = ByteTable(vocabulary.texts, ids)
  }

  /// The id of the special token that is written like `text`.
  func exact(_ text: String) -> Int32? { table.find(Array(text.utf8)) }

  /// The first special token at or after `start`, nil where none is left.
  func next(in bytes: Span<UInt8>, from start: Int) -> Match? {
    let places = places.span
    for place in start..<bytes.count where !places[Int(bytes[place])].isEmpty {
      for length in lengths[places[Int(bytes[place])]] where length <= bytes.count - place {
        let range = place..<(place + length)
        if let id = table.find(bytes, range) { return Match(range: range, id: id) }
      }
    }
    return nil
  }
}
