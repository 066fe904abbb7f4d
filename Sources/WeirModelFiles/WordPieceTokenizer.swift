import WeirFiles

/// BERT's tokenizer: words of a normalized text, each cut greedily into the longest pieces of the vocabulary.
///
/// Reads both forms of token lists: llama.cpp's ("▁word" begins a word, bare pieces continue it) and BERT's own
/// ("word", "##ing"), which the key `weir.tokenizer.plain_wordpiece` = true announces. Source: Devlin et al. 2018 and the
/// `tokenizers` package, whose ids it reproduces.
package struct WordPieceTokenizer: Tokenizer {
  private let vocabulary: Vocabulary
  private let initialPieces: ByteTable
  private let continuedPieces: ByteTable
  private let specials: SpecialTokens
  private let lowersCase: Bool
  private let isPlain: Bool
  private let clsID: Int32
  private let sepID: Int32
  private let unknownID: Int32

  package init(from file: GGUFFile) throws(ModelFileFailure) {
    let vocabulary = try Vocabulary(from: file)
    let isPlain = try file.bool("weir.tokenizer.plain_wordpiece", default: false)
    let specials = SpecialTokens(vocabulary) { $0 != .normal && $0 != .unused }
    func required(_ keys: [String], _ token: String) throws(ModelFileFailure) -> Int32 {
      for key in keys {
        if let id = try vocabulary.id(key, in: file) { return id }
      }
      guard let id = specials.exact(token) else { throw .missingToken(file: file.name, token: token) }
      return id
    }
    clsID = try required(["tokenizer.ggml.cls_token_id", "tokenizer.ggml.bos_token_id"], "[CLS]")
    // The misspelt key is the specification's.
    sepID = try required(
      ["tokenizer.ggml.seperator_token_id", "tokenizer.ggml.separator_token_id", "tokenizer.ggml.eos_token_id"], "[SEP]"
    )
    unknownID = try required(["tokenizer.ggml.unknown_token_id"], "[UNK]")
    lowersCase = try file.bool("tokenizer.ggml.normalizer_lowercase", default: true)
    (initialPieces, continuedPieces) = Self.tables(vocabulary, isPlain: isPlain)
    self.vocabulary = vocabulary
    self.specials = specials
    self.isPlain = isPlain
  }

  package var vocabularySize: Int { vocabulary.count }
  package var beginID: Int32? { clsID }
  package var endID: Int32? { sepID }
  package var endIDs: Set<Int32> { [sepID] }

  /// [CLS], the pieces, [SEP]; a window cuts pieces from the end, the two always stay.
  package func encode(_ text: String, options: EncodingOptions) -> [Int32] {
    let boundaries = options.addsBoundaryTokens ? 2 : 0
    let limit = options.window.map { max($0 - boundaries, 0) } ?? .max
    var ids: [Int32] = []
    if limit > 0 {
      if options.parsesSpecialTokens {
        encodeWithSpecials(text, limit: limit, into: &ids)
      } else {
        encodePlain(text.unicodeScalars, limit: limit, into: &ids)
      }
    }
    if ids.count > limit { ids.removeLast(ids.count - limit) }
    return options.addsBoundaryTokens ? [clsID] + ids + [sepID] : ids
  }

  private func encodeWithSpecials(_ text: String, limit: Int, into ids: inout [Int32]) {
    let bytes = Array(text.utf8)
    specials.forEachPart(of: bytes) { part in
      if ids.count >= limit { return }
      switch part {
      case .text(let range):
        encodePlain(String(decoding: bytes[range], as: UTF8.self).unicodeScalars, limit: limit, into: &ids)
      case .special(let id): ids.append(id)
      }
    }
  }

  private func encodePlain(_ scalars: String.UnicodeScalarView, limit: Int, into ids: inout [Int32]) {
    var words = BertWords(lowersCase: lowersCase)
    for scalar in scalars {
      words.add(scalar)
      if words.ready.isEmpty { continue }
      takeReady(&words, into: &ids)
      if ids.count >= limit { return }
    }
    words.finish()
    takeReady(&words, into: &ids)
  }

  private func takeReady(_ words: inout BertWords, into ids: inout [Int32]) {
    for word in words.ready { append(word, words.bytes, to: &ids) }
    words.removeReady()
  }

  /// Longest piece first; a word with a part that no piece covers is one unknown token.
  private func append(_ word: BertWords.Word, _ bytes: [UInt8], to ids: inout [Int32]) {
    guard word.characters <= BertWords.longestWord else { return ids.append(unknownID) }
    let before = ids.count
    let last = word.range.upperBound
    var start = word.range.lowerBound
    while start < last {
      let isFirst = start == word.range.lowerBound
      var end = min(last, start + (isFirst ? initialPieces.longestKey : continuedPieces.longestKey))
      var found: Int32?
      while end > start {
        // Only whole characters: a piece never ends before a continuation byte.
        if end == last || bytes[end] & 0xC0 != 0x80 {
          found = isFirst ? initialPieces.find(bytes, start..<end) : continuedPieces.find(bytes, start..<end)
          if found != nil { break }
        }
        end -= 1
      }
      guard let piece = found else {
        ids.removeLast(ids.count - before)
        return ids.append(unknownID)
      }
      ids.append(piece)
      start = end
    }
  }

  /// The text of a piece with a space before each piece that begins a word.
  package func bytes(of id: Int32) -> [UInt8] {
    guard vocabulary.contains(id), vocabulary.kind(of: id) == .normal else { return [] }
    let bytes = vocabulary.bytes(of: id)
    switch Self.form(bytes, isPlain: isPlain) {
    case .initial(let skipped): return [32] + bytes.dropFirst(skipped)
    case .continued(let skipped): return Array(bytes.dropFirst(skipped))
    }
  }

  package func decode(_ ids: [Int32]) -> String {
    let bytes = ids.flatMap { self.bytes(of: $0) }
    return String(decoding: bytes.first == 32 ? bytes.dropFirst() : bytes[...], as: UTF8.self)
  }

  package func id(ofToken text: String) -> Int32? { specials.exact(text) }

  private enum Form {
    case initial(skipped: Int)
    case continued(skipped: Int)
  }

  private static func form(_ bytes: [UInt8], isPlain: Bool) -> Form {
    if isPlain {
      return bytes.count > 2 && bytes[0] == 0x23 && bytes[1] == 0x23 ? .continued(skipped: 2) : .initial(skipped: 0)
    }
    return bytes.starts(with: SentencePieceTokenizer.spaceMark) ? .initial(skipped: 3) : .continued(skipped: 0)
  }

  private static func tables(_ vocabulary: Vocabulary, isPlain: Bool) -> (ByteTable, ByteTable) {
    var initial: [ByteTable.Entry] = []
    var continued: [ByteTable.Entry] = []
    for id in 0..<Int32(vocabulary.count) where vocabulary.kind(of: id) == .normal {
      let range = vocabulary.range(of: id)
      switch form(vocabulary.region.array(in: range.prefix(3)), isPlain: isPlain) {
      case .initial(let skipped):
        initial.append(ByteTable.Entry(range: range.dropFirst(skipped), value: id))
      case .continued(let skipped):
        continued.append(ByteTable.Entry(range: range.dropFirst(skipped), value: id))
      }
    }
    return (
      ByteTable(region: vocabulary.region, entries: initial), ByteTable(region: vocabulary.region, entries: continued)
    )
  }
}
