import WeirFiles

/// Byte-level byte-pair encoding as GPT-2 introduced it: pieces of a text, each merged from bytes by ranked rules.
///
/// Every text can be encoded, because every byte is a token. Source: Radford et al. 2019 and the `tokenizers` package,
/// whose ids it reproduces; `tokenizer.ggml.pre` names the pattern that cuts the pieces.
package struct BytePairTokenizer: Tokenizer {
  package let beginID: Int32?
  package let endID: Int32?
  package let endIDs: Set<Int32>
  private let vocabulary: Vocabulary
  private let specials: SpecialTokens
  private let preTokenizer: PreTokenizer
  /// Whole pieces that are tokens, for vocabularies that take them without merging.
  private let wholePieces: ByteTable?
  private let merges: MergeTable
  private let pool = ScratchPool { MergeScratch() }
  private let byteIDs: [Int32]
  private let addsBegin: Bool
  private let addsEnd: Bool

  package init(from file: GGUFFile) throws(ModelFileFailure) {
    let pattern = try file.string("tokenizer.ggml.pre", default: "default")
    guard let preTokenizer = PreTokenizer(named: pattern) else {
      throw .unknownTokenizer(file: file.name, found: "gpt2/\(pattern)")
    }
    let vocabulary = try Vocabulary(from: file)
    let ids = vocabulary.ids { $0 == .normal || $0 == .unused }
    let texts = ByteTable(vocabulary.texts, ids)
    let specials = SpecialTokens(vocabulary) { $0 == .control || $0 == .userDefined || $0 == .unknown }
    var byteIDs: [Int32] = []
    for (byte, text) in ByteLevelAlphabet.encoded.enumerated() {
      guard let id = texts.find(text) else {
        throw .missingToken(file: file.name, token: "for byte \(byte)")
      }
      byteIDs.append(id)
    }
    merges = try Self.merges(from: file, texts, ids)
    beginID = try vocabulary.id("tokenizer.ggml.bos_token_id", in: file)
    endID = try vocabulary.id("tokenizer.ggml.eos_token_id", in: file)
    endIDs = try vocabulary.endIDs(in: file, specials)
    addsBegin = try file.bool("tokenizer.ggml.add_bos_token", default: false)
    addsEnd = try file.bool("tokenizer.ggml.add_eos_token", default: false)
    wholePieces = preTokenizer == .llama3 ? texts : nil
    self.vocabulary = vocabulary
    self.specials = specials
    self.preTokenizer = preTokenizer
    self.byteIDs = byteIDs
  }

  package var vocabularySize: Int { vocabulary.count }

  package func encode(_ text: String, options: EncodingOptions) -> [Int32] {
    // Qwen2's tokenizer begins with normalization form C; the others take the text as it is.
    if preTokenizer == .qwen2, let composed = CanonicalComposition.composed(text) {
      return encode(composed.utf8.span, options)
    }
    return encode(text.utf8.span, options)
  }

  private func encode(_ bytes: Span<UInt8>, _ options: EncodingOptions) -> [Int32] {
    var ids: [Int32] = []
    // What a window cuts off need not be merged.
    let most = options.window.map { max($0, 0) } ?? .max
    ids.reserveCapacity(min(bytes.count / 3, most) + 2)
    if options.addsBoundaryTokens, addsBegin, let beginID { ids.append(beginID) }
    var scratch = pool.take()
    var start = 0
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

  /// Pieces until the text ends or `ids` has more than `most`.
  private func encodePlain(
    _ bytes: Span<UInt8>, _ range: Range<Int>, most: Int, _ scratch: inout MergeScratch, into ids: inout [Int32]
  ) {
    var pieces = preTokenizer.pieces(in: range)
    while ids.count <= most, let piece = pieces.next(in: bytes) {
      if scratch.cache.append(bytes, piece, to: &ids) { continue }
      let start = ids.count
      if let id = wholePiece(bytes, piece) {
        ids.append(id)
      } else {
        for place in piece { ids.append(byteIDs[Int(bytes[place])]) }
        merges.apply(to: &ids, from: start, &scratch.workspace)
      }
      scratch.cache.insert(bytes, piece, ids, from: start)
    }
  }

  /// The token that a whole piece is, for vocabularies that ask for it before merging.
  private func wholePiece(_ bytes: Span<UInt8>, _ piece: Range<Int>) -> Int32? {
    guard let wholePieces, piece.count <= wholePieces.longestKey else { return nil }
    var text: [UInt8] = []
    for place in piece { text += ByteLevelAlphabet.encoded[Int(bytes[place])] }
    return wholePieces.find(text)
  }

  package func bytes(of id: Int32) -> [UInt8] {
    guard vocabulary.contains(id) else { return [] }
    switch vocabulary.kind(of: id) {
    case .control, .unknown: return []
    case .userDefined: return vocabulary.bytes(of: id)
    case .normal, .unused, .byte: return ByteLevelAlphabet.decode(vocabulary.bytes(of: id))
    }
  }

  package func id(ofToken text: String) -> Int32? { specials.exact(text) }

  /// Reads `tokenizer.ggml.merges`: "left right" in the order of their ranks.
  ///
  /// A space inside a token is written "Ġ", so the first one divides; it never stands in front.
  private static func merges(
    from file: GGUFFile, _ texts: ByteTable, _ ids: [Int32]
  ) throws(ModelFileFailure) -> MergeTable {
    let key = "tokenizer.ggml.merges"
    let array = try file.array(key)
    guard array.elementType == .string else {
      throw .wrongValueType(file: file.name, key: key, found: GGUFValue.array(array).kind, allowed: "an array of texts")
    }
    guard array.count < MergeTable.limit else {
      throw .badValue(file: file.name, key: key, found: "\(array.count) rules", allowed: "0 to \(MergeTable.limit - 1)")
    }
    let list = try Vocabulary.texts(of: array, key, in: file)
    do throws(ByteTable.BadRule) {
      return MergeTable(try texts.rules(list, among: ids))
    } catch {
      throw .badMerge(file: file.name, index: error.index)
    }
  }
}
