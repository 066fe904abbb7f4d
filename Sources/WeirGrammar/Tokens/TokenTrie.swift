/// The texts of a vocabulary's tokens as a tree of bytes, laid out in the order of a walk.
///
/// Node 0 is the root. The children of a node follow it, each with all that is below it, so a walk is one sweep that jumps
/// over what it prunes. Tokens of a node are those whose text ends there, in the order of the sweep.
struct TokenTrie: Sendable {
  private(set) var bytes: [UInt8] = [0]
  private(set) var depths: [UInt16] = [0]
  /// The node after everything below this one.
  private(set) var ends: [Int32] = [1]
  /// The first token of each node in `tokens`, and the count of all at the end.
  private(set) var firsts: [Int32] = [0]
  private(set) var tokens: [Int32] = []

  /// `texts` are not empty and sorted; longer ones than 65 535 bytes are left out.
  init(sorted texts: [(text: [UInt8], id: Int32)]) {
    // The nodes above the place where the next text leaves the last one.
    var path: [Int32] = [0]
    var last: [UInt8] = []
    for (text, id) in texts where text.count <= Int(UInt16.max) {
      let shared = zip(last, text).prefix { $0 == $1 }.count
      while path.count > shared + 1 { ends[Int(path.removeLast())] = Int32(bytes.count) }
      for depth in shared..<text.count {
        path.append(Int32(bytes.count))
        bytes.append(text[depth])
        depths.append(UInt16(depth + 1))
        ends.append(0)
        firsts.append(Int32(tokens.count))
      }
      tokens.append(id)
      last = text
    }
    for node in path { ends[Int(node)] = Int32(bytes.count) }
    firsts.append(Int32(tokens.count))
  }

  var count: Int { bytes.count }
}

/// The tokens that may stand in a text, by their bytes.
package struct TokenTexts: Sendable {
  /// Tokens of at most `longest` bytes, which local masks are computed of, and the few longer ones.
  let short: TokenTrie
  let long: TokenTrie
  /// Ids are below this.
  package let vocabularySize: Int
  private let singles: ByteSet

  /// Counts of repetitions within one short token stay below this.
  static let longest = 16

  /// - Parameter text: the bytes that a token stands for; nil or none for a token that never stands in a text.
  package init(vocabularySize: Int, text: (Int32) -> [UInt8]?) {
    var short: [(text: [UInt8], id: Int32)] = []
    var long: [(text: [UInt8], id: Int32)] = []
    var singles = ByteSet()
    for id in 0..<Int32(vocabularySize) {
      guard let text = text(id), let first = text.first else { continue }
      if text.count == 1 { singles.insert(first) }
      if text.count <= Self.longest { short.append((text, id)) } else { long.append((text, id)) }
    }
    self.short = TokenTrie(sorted: short.sorted { $0.text.lexicographicallyPrecedes($1.text) })
    self.long = TokenTrie(sorted: long.sorted { $0.text.lexicographicallyPrecedes($1.text) })
    self.vocabularySize = vocabularySize
    self.singles = singles
  }

  /// Throws where a byte that the grammar needs is no token: then a mask could be empty.
  func check(_ program: GrammarProgram) throws(GrammarFailure) {
    let used = program.usedBytes
    for byte in UInt8.min...UInt8.max where used.contains(byte) && !singles.contains(byte) {
      throw .vocabularyLacks(byte: byte)
    }
  }
}
