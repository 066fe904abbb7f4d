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
  private let byteIDs: [Int32]
  private let addsBegin: Bool
  private let addsEnd: Bool

  package init(from file: GGUFFile) throws(ModelFileFailure) {
    let pattern = try file.string("tokenizer.ggml.pre", default: "default")
    guard let preTokenizer = PreTokenizer(named: pattern) else {
      throw .unknownTokenizer(file: file.name, found: "gpt2/\(pattern)")
    }
    let vocabulary = try Vocabulary(from: file)
    let texts = vocabulary.table { $0 == .normal || $0 == .unused }
    let specials = SpecialTokens(vocabulary) { $0 == .control || $0 == .userDefined || $0 == .unknown }
    var byteIDs: [Int32] = []
    for (byte, text) in ByteLevelAlphabet.encoded.enumerated() {
      guard let id = texts.find(text) else {
        throw .missingToken(file: file.name, token: "for byte \(byte)")
      }
      byteIDs.append(id)
    }
    merges = try Self.merges(from: file, vocabulary, texts)
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
    let bytes = Array((preTokenizer == .qwen2 ? Self.composed(text) : text).utf8)
    var ids: [Int32] = []
    if options.addsBoundaryTokens, addsBegin, let beginID { ids.append(beginID) }
    if options.parsesSpecialTokens {
      specials.forEachPart(of: bytes) { part in
        switch part {
        case .text(let range): encodePlain(bytes, range, into: &ids)
        case .special(let id): ids.append(id)
        }
      }
    } else {
      encodePlain(bytes, 0..<bytes.count, into: &ids)
    }
    let end = options.addsBoundaryTokens && addsEnd ? endID : nil
    return ids.cut(to: options.window, end: end)
  }

  private func encodePlain(_ bytes: [UInt8], _ range: Range<Int>, into ids: inout [Int32]) {
    preTokenizer.forEachPiece(in: bytes, range) { piece in
      if let wholePieces, let id = wholePieces.find(ByteLevelAlphabet.encode(bytes[piece])) { return ids.append(id) }
      var symbols = bytes[piece].map { byteIDs[Int($0)] }
      merges.apply(to: &symbols)
      ids += symbols
    }
  }

  /// Text that is ASCII is composed already.
  private static func composed(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : UnicodeClasses.composed(text)
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
  private static func merges(
    from file: GGUFFile, _ vocabulary: Vocabulary, _ texts: ByteTable
  ) throws(ModelFileFailure) -> MergeTable {
    let key = "tokenizer.ggml.merges"
    let array = try file.array(key)
    guard array.elementType == .string else {
      throw .wrongValueType(file: file.name, key: key, found: GGUFValue.array(array).kind, allowed: "an array of texts")
    }
    var table = MergeTable(capacity: array.count)
    var bad: Int?
    array.forEachTextRange { index, range in
      if bad != nil { return }
      let rule = array.region.array(in: range)
      // A space inside a token is written "Ġ", so the first one divides; it never stands in front.
      guard let space = rule.dropFirst().firstIndex(of: 0x20),
        let left = texts.find(rule, 0..<space), let right = texts.find(rule, (space + 1)..<rule.count),
        let result = texts.find(Array(rule[..<space] + rule[(space + 1)...]))
      else {
        bad = index
        return
      }
      table.add(left, right, MergeTable.Merge(rank: UInt32(index), result: result))
    }
    if let bad { throw .badMerge(file: file.name, index: bad) }
    return table
  }
}
