import WeirFiles

/// BERT's tokenizer: words of a normalized text, each cut greedily into the longest pieces of the vocabulary.
///
/// Reads both forms of token lists: llama.cpp's ("▁word" begins a word, bare pieces continue it) and BERT's own
/// ("word", "##ing"), which the key `weir.tokenizer.plain_wordpiece` = true announces. Source: Devlin et al. 2018 and the
/// `tokenizers` package, whose ids it reproduces.
package struct WordPieceTokenizer: Tokenizer {
  private let vocabulary: Vocabulary
  private let initialPieces: PrefixTable
  private let continuedPieces: PrefixTable
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
    let bytes = text.utf8.span
    var ids: [Int32] = []
    ids.reserveCapacity(min(bytes.count / 3, limit) + boundaries + 1)
    if options.addsBoundaryTokens { ids.append(clsID) }
    let most = limit == .max ? limit : limit + ids.count
    if limit > 0 {
      var words = BertWords(lowersCase: lowersCase)
      var start = 0
      while options.parsesSpecialTokens, ids.count < most, let special = specials.next(in: bytes, from: start) {
        encodePlain(bytes, start..<special.range.lowerBound, &words, most: most, into: &ids)
        ids.append(special.id)
        start = special.range.upperBound
      }
      encodePlain(bytes, start..<bytes.count, &words, most: most, into: &ids)
    }
    if ids.count > most { ids.removeLast(ids.count - most) }
    if options.addsBoundaryTokens { ids.append(sepID) }
    return ids
  }

  /// Words until the text ends or `ids` has `most`; may give a few more.
  private func encodePlain(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ words: inout BertWords, most: Int, into ids: inout [Int32]
  ) {
    words.begin(range)
    while ids.count < most, words.next(bytes) {
      words.characters <= BertWords.longestWord
        ? append(words.bytes.span, words.length, to: &ids) : ids.append(unknownID)
    }
  }

  /// Longest piece first; a word with a part that no piece covers is one unknown token.
  private func append(_ word: Span<UInt8>, _ length: Int, to ids: inout [Int32]) {
    guard let first = initialPieces.longest(word, 0..<length) else { return ids.append(unknownID) }
    ids.append(first.number)
    var start = first.end
    if start == length { return }
    let before = ids.count - 1
    while start < length {
      guard let piece = continuedPieces.longest(word, start..<length) else {
        ids.removeLast(ids.count - before)
        return ids.append(unknownID)
      }
      ids.append(piece.number)
      start = piece.end
    }
  }

  /// The text of a piece with a space before each piece that begins a word.
  package func bytes(of id: Int32) -> [UInt8] {
    guard vocabulary.contains(id), vocabulary.kind(of: id) == .normal else { return [] }
    let bytes = vocabulary.bytes(of: id)
    switch Self.form(vocabulary.texts.front(of: Int(id)), isPlain: isPlain) {
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

  /// By the first three bytes of a token and how many it has of them.
  private static func form(_ front: TextList.Front, isPlain: Bool) -> Form {
    if isPlain {
      return front.count > 2 && front.number & 0xFFFF == 0x2323 ? .continued(skipped: 2) : .initial(skipped: 0)
    }
    return front.count > 2 && front.number == 0x81_96E2 ? .initial(skipped: 3) : .continued(skipped: 0)
  }

  private static func tables(_ vocabulary: Vocabulary, isPlain: Bool) -> (PrefixTable, PrefixTable) {
    var initial: [Int32] = []
    var continued: [Int32] = []
    initial.reserveCapacity(vocabulary.count)
    for id in vocabulary.ids(where: { $0 == .normal }) {
      switch form(vocabulary.texts.front(of: Int(id)), isPlain: isPlain) {
      case .initial: initial.append(id)
      case .continued: continued.append(id)
      }
    }
    let skipped = isPlain ? (initial: 0, continued: 2) : (initial: SentencePieceTokenizer.spaceMark.count, continued: 0)
    return (
      PrefixTable(ByteTable(vocabulary.texts, skipping: skipped.initial, initial), initial),
      PrefixTable(ByteTable(vocabulary.texts, skipping: skipped.continued, continued), continued)
    )
  }
}
