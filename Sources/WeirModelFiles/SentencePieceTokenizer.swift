import WeirFiles

/// SentencePiece's byte-pair encoding with scores, as the first Llama models use it.
///
/// The text, with "▁" for spaces, is merged from single characters: always the pair whose union has the best score.
/// Characters that the vocabulary lacks become byte tokens "<0x..>" or, without those, the unknown token. Source:
/// Kudo and Richardson 2018.
package struct SentencePieceTokenizer: Tokenizer {
  /// "▁", U+2581.
  static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]
  /// Longer tokens are decoded, never merged: trying all divisions of a text is quadratic in its length.
  static let longestMergedToken = 256

  package let beginID: Int32?
  package let endID: Int32?
  package let endIDs: Set<Int32>
  private let vocabulary: Vocabulary
  private let specials: SpecialTokens
  private let texts: ByteTable
  private let merges: MergeTable
  private let pool = ScratchPool { MergeScratch() }
  /// Ids of the characters of ASCII, or `unread` for those without a token.
  private let asciiIDs: [Int32]
  /// Whether no token has a "▁" behind another character: then no merge crosses the beginning of a word.
  private let mergesWithinWords: Bool
  private let unknownID: Int32?
  /// Ids of "<0x00>" to "<0xFF>", empty where the vocabulary lacks one of them.
  private let byteIDs: [Int32]
  private let addsBegin: Bool
  private let addsEnd: Bool
  private let addsSpace: Bool

  package init(from file: GGUFFile) throws(ModelFileFailure) {
    let vocabulary = try Vocabulary(from: file)
    let key = "tokenizer.ggml.scores"
    let scores = try file.floats(key)
    guard scores.count == vocabulary.count else {
      throw .badValue(
        file: file.name, key: key, found: "\(scores.count) scores", allowed: "\(vocabulary.count), one a token")
    }
    let ids = vocabulary.ids { $0 == .normal }
    let texts = ByteTable(vocabulary.texts, ids)
    let specials = SpecialTokens(vocabulary) { $0 == .control || $0 == .userDefined || $0 == .unknown }
    let bytes = ByteTable(vocabulary.texts, vocabulary.ids { $0 == .byte })
    let byteIDs = (0...255).compactMap { bytes.find(Self.byteText(UInt8($0))) }
    beginID = try vocabulary.id("tokenizer.ggml.bos_token_id", in: file)
    endID = try vocabulary.id("tokenizer.ggml.eos_token_id", in: file)
    unknownID = try vocabulary.id("tokenizer.ggml.unknown_token_id", in: file)
    endIDs = try vocabulary.endIDs(in: file, specials)
    addsBegin = try file.bool("tokenizer.ggml.add_bos_token", default: true)
    addsEnd = try file.bool("tokenizer.ggml.add_eos_token", default: false)
    addsSpace = try file.bool("tokenizer.ggml.add_space_prefix", default: true)
    asciiIDs = (0..<128).map { texts.find([UInt8($0)]) ?? Self.unread }
    guard let (merges, mergesWithinWords) = Self.merges(vocabulary, texts, scores) else {
      throw .badValue(
        file: file.name, key: "tokenizer.ggml.tokens", found: "more than \(MergeTable.limit) ways to divide the tokens",
        allowed: "at most \(MergeTable.limit)")
    }
    self.merges = merges
    self.mergesWithinWords = mergesWithinWords
    self.byteIDs = byteIDs.count == 256 ? byteIDs : []
    self.vocabulary = vocabulary
    self.specials = specials
    self.texts = texts
  }

  package var vocabularySize: Int { vocabulary.count }

  package func encode(_ text: String, options: EncodingOptions) -> [Int32] {
    let bytes = text.utf8.span
    var ids: [Int32] = []
    // What a window cuts off need not be merged.
    let most = options.window.map { max($0, 0) } ?? .max
    if options.addsBoundaryTokens, addsBegin, let beginID { ids.append(beginID) }
    var scratch = pool.take()
    var start = 0
    // The space in front belongs to the beginning of the text and to what follows a special token.
    while options.parsesSpecialTokens, ids.count <= most, let special = specials.next(in: bytes, from: start) {
      encodePlain(bytes, start..<special.range.lowerBound, most: most, &scratch, into: &ids)
      ids.append(special.id)
      start = special.range.upperBound
    }
    encodePlain(bytes, start..<bytes.count, most: most, &scratch, into: &ids)
    scratch.workspace.trim()
    pool.give(scratch)
    let end = options.addsBoundaryTokens && addsEnd ? endID : nil
    return ids.cut(to: options.window, end: end)
  }

  private func encodePlain(
    _ text: Span<UInt8>, _ range: Range<Int>, most: Int, _ scratch: inout MergeScratch, into ids: inout [Int32]
  ) {
    if range.isEmpty { return }
    var marked: [UInt8] = addsSpace ? Self.spaceMark : []
    marked.reserveCapacity(range.count + range.count / 4 + 3)
    for place in range {
      if text[place] == 0x20 { marked += Self.spaceMark } else { marked.append(text[place]) }
    }
    let bytes = marked.span
    var previousIsUnknown = false
    var start = 0
    while start < bytes.count, ids.count <= most {
      let end = mergesWithinWords ? Self.wordEnd(bytes, start) : bytes.count
      if scratch.cache.append(bytes, start..<end, to: &ids) {
        previousIsUnknown = false
      } else {
        let first = ids.count
        if encodeWord(bytes, start..<end, &previousIsUnknown, &scratch.workspace, into: &ids) {
          scratch.cache.insert(bytes, start..<end, ids, from: first)
        }
      }
      start = end
    }
  }

  /// Merges one word from its characters; returns whether the ids depend on nothing in front of it.
  private func encodeWord(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ previousIsUnknown: inout Bool, _ workspace: inout MergeWorkspace,
    into ids: inout [Int32]
  ) -> Bool {
    let first = ids.count
    var start = range.lowerBound
    // Characters without a token are -1 - their offset: they have no merge rule and are told apart afterwards.
    var hasUnread = false
    while start < range.upperBound {
      let end = bytes[start] < 0x80 ? start + 1 : Self.characterEnd(bytes, start)
      var id = bytes[start] < 0x80 ? asciiIDs[Int(bytes[start])] : texts.find(bytes, start..<end) ?? Self.unread
      if id == Self.unread {
        id = -1 - Int32(truncatingIfNeeded: start)
        hasUnread = true
      }
      ids.append(id)
      start = end
    }
    merges.apply(to: &ids, from: first, &workspace)
    guard hasUnread else {
      previousIsUnknown = false
      return true
    }
    let symbols = Array(ids[first...])
    ids.removeLast(symbols.count)
    for symbol in symbols {
      let offset = Int(-1 - symbol)
      let isUnknown = symbol < 0 && byteIDs.isEmpty
      if symbol >= 0 {
        ids.append(symbol)
      } else if !byteIDs.isEmpty {
        for place in offset..<Self.characterEnd(bytes, offset) { ids.append(byteIDs[Int(bytes[place])]) }
      } else if let unknownID, !previousIsUnknown {
        ids.append(unknownID)  // one for a run, as the reference counts
      }
      previousIsUnknown = isUnknown
    }
    return !byteIDs.isEmpty
  }

  /// Stands for a character that has no token.
  private static let unread = Int32.min

  /// Up to the next "▁" behind another character.
  private static func wordEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    while isMark(bytes, place) { place += spaceMark.count }
    while place < bytes.count, !isMark(bytes, place) { place += 1 }
    return place
  }

  @inline(__always)
  private static func isMark(_ bytes: Span<UInt8>, _ place: Int) -> Bool {
    place + 2 < bytes.count && bytes[place] == 0xE2 && bytes[place + 1] == 0x96 && bytes[place + 2] == 0x81
  }

  private static func characterEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
    var end = start + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return end
  }

  package func bytes(of id: Int32) -> [UInt8] {
    guard vocabulary.contains(id) else { return [] }
    let text = vocabulary.bytes(of: id)
    switch vocabulary.kind(of: id) {
    case .control, .unknown, .unused: return []
    case .byte: return Self.byte(text).map { [$0] } ?? []
    case .normal, .userDefined: return Self.withSpaces(text)
    }
  }

  /// The space that encoding put in front is taken away again.
  package func decode(_ ids: [Int32]) -> String {
    let bytes = ids.flatMap { self.bytes(of: $0) }
    return String(decoding: addsSpace && bytes.first == 32 ? bytes.dropFirst() : bytes[...], as: UTF8.self)
  }

  package func id(ofToken text: String) -> Int32? { specials.exact(text) }

  private static func withSpaces(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var place = 0
    while place < text.count {
      if text[place...].starts(with: spaceMark) {
        result.append(32)
        place += spaceMark.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }

  private static func byteText(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  private static func byte(_ text: [UInt8]) -> UInt8? {
    guard text.count == 6, text.starts(with: "<0x".utf8) else { return nil }
    return UInt8(String(decoding: text[3..<5], as: UTF8.self), radix: 16)
  }

  /// Every way to divide a token into two tokens is a rule; its rank is the token's place by descending score.
  ///
  /// Also says whether all merges stay within words. Nil where there are more rules than a table holds.
  private static func merges(
    _ vocabulary: Vocabulary, _ texts: ByteTable, _ scores: [Float]
  ) -> (table: MergeTable, withinWords: Bool)? {
    var withinWords = true
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var table = MergeTable(capacity: scores.count * 2)
    var rank: UInt32 = 0
    var previousScore = Float.infinity
    for index in order {
      // Tokens of equal score have equal rank: among them the leftmost pair is merged first.
      if scores[index] < previousScore {
        rank += 1
        previousScore = scores[index]
      }
      let id = Int32(index)
      guard vocabulary.kind(of: id) == .normal else { continue }
      let bytes = vocabulary.bytes(of: id)
      if bytes.count > longestMergedToken || bytes.count < 2 { continue }
      let text = bytes.span
      if wordEnd(text, 0) < bytes.count { withinWords = false }
      for middle in 1..<bytes.count where bytes[middle] & 0xC0 != 0x80 {
        if let left = texts.find(text, 0..<middle), let right = texts.find(text, middle..<bytes.count) {
          if table.count == MergeTable.limit { return nil }
          table.add(left, right, MergeTable.Merge(rank: rank, result: id))
        }
      }
    }
    return (table, withinWords)
  }
}
