/// The content words of a prompt as hashes of their stems: made in one pass over the bytes, compared by merging.
struct WordSet: Sendable, Equatable {
  /// Ascending, each once.
  private(set) var hashes: [UInt64]

  init(_ text: String) {
    hashes = []
    var letters: [UInt8] = []
    letters.reserveCapacity(32)
    func end() {
      guard !letters.isEmpty else { return }
      if WordSet.isASCII(letters) { WordStem.cut(&letters) }
      let hash = WordSet.hash(letters)
      if !WordSet.functionWords.contains(hash) { hashes.append(hash) }
      letters.removeAll(keepingCapacity: true)
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: letters.append(byte)
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): letters.append(byte | 0x20)
      case UInt8(ascii: "'"): continue
      default: end()
      }
    }
    end()
    hashes.sort()
    var count = 0
    for hash in hashes where count == 0 || hashes[count - 1] != hash {
      hashes[count] = hash
      count += 1
    }
    hashes.removeLast(hashes.count - count)
  }

  private init(hashes: [UInt64]) { self.hashes = hashes }

  var count: Int { hashes.count }

  func union(_ other: WordSet) -> WordSet {
    var merged: [UInt64] = []
    merged.reserveCapacity(count + other.count)
    var (left, right) = (0, 0)
    while left < count || right < other.count {
      if right == other.count || left < count && hashes[left] < other.hashes[right] {
        merged.append(hashes[left])
        left += 1
      } else {
        if left < count, hashes[left] == other.hashes[right] { left += 1 }
        merged.append(other.hashes[right])
        right += 1
      }
    }
    return WordSet(hashes: merged)
  }

  /// How many words both have.
  func shared(_ other: WordSet) -> Int {
    var (left, right, shared) = (0, 0, 0)
    while left < count, right < other.count {
      if hashes[left] == other.hashes[right] {
        shared += 1
        left += 1
        right += 1
      } else if hashes[left] < other.hashes[right] {
        left += 1
      } else {
        right += 1
      }
    }
    return shared
  }

  /// Share of these words that `other` does not have, 0 where there are none.
  func unsaid(in other: WordSet) -> Float {
    count == 0 ? 0 : Float(count - shared(other)) / Float(count)
  }

  private static func isASCII(_ letters: [UInt8]) -> Bool { letters.allSatisfy { $0 < 0x80 } }

  /// FNV-1a, 64 bits.
  private static func hash(_ letters: [UInt8]) -> UInt64 {
    letters.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  private static let functionWords = Set(
    FunctionWords.all.flatMap { word in
      word.split(separator: "'").map { part in
        var letters = Array(part.utf8)
        if isASCII(letters) { WordStem.cut(&letters) }
        return hash(letters)
      }
    })
}
