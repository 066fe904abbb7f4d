import Testing
import WeirFiles

@testable import WeirModelFiles

/// Ids equal to the reference's on 2 520 texts: emoji with joiners, Chinese, accents, NUL, control characters, mixed
/// scripts, private use, broken UTF-8; and on 1 MB of one letter.
@Suite struct ReferenceTokenizerTests {
  @Test(arguments: ["wordpiece", "wordpiece-marked"]) func `WordPiece gives the reference's ids`(name: String) throws {
    let tokenizer = try TokenizerFactory.make(from: TokenizerFixtures.file(name))
    try TokenizerFixtures.check(tokenizer, "wordpiece", options: EncodingOptions())
  }

  @Test func `WordPiece cuts to a window as the reference`() throws {
    let tokenizer = try WordPieceTokenizer(from: TokenizerFixtures.file("wordpiece"))
    try TokenizerFixtures.check(tokenizer, "wordpiece.window16", options: EncodingOptions(window: 16))
  }

  @Test func `WordPiece finds written special tokens where asked`() throws {
    let tokenizer = try WordPieceTokenizer(from: TokenizerFixtures.file("wordpiece"))
    try TokenizerFixtures.check(
      tokenizer, "wordpiece.special", options: EncodingOptions(parsesSpecialTokens: true))
  }

  @Test(arguments: ["gpt-2", "smollm", "qwen2", "llama-bpe"]) func `byte pairs give the reference's ids`(
    pattern: String
  ) throws {
    let tokenizer = try BytePairTokenizer(from: TokenizerFixtures.bytePairFile(pattern))
    try TokenizerFixtures.check(tokenizer, pattern, options: EncodingOptions())
  }

  @Test(arguments: ["smollm", "qwen2"]) func `byte pairs find written special tokens where asked`(
    pattern: String
  ) throws {
    let tokenizer = try BytePairTokenizer(from: TokenizerFixtures.bytePairFile(pattern))
    try TokenizerFixtures.check(tokenizer, pattern + ".special", options: EncodingOptions(parsesSpecialTokens: true))
  }

  @Test func `SentencePiece gives llama_cpp's ids`() throws {
    let tokenizer = try SentencePieceTokenizer(from: TokenizerFixtures.file("sentencepiece"))
    try TokenizerFixtures.check(tokenizer, "sentencepiece", options: EncodingOptions())
  }

  @Test func `1 MB of one letter takes no quadratic time`() throws {
    try TokenizerFixtures.checkLong(WordPieceTokenizer(from: TokenizerFixtures.file("wordpiece")), "wordpiece")
    try TokenizerFixtures.checkLong(BytePairTokenizer(from: TokenizerFixtures.bytePairFile("gpt-2")), "gpt-2")
    try TokenizerFixtures.checkLong(
      SentencePieceTokenizer(from: TokenizerFixtures.file("sentencepiece")), "sentencepiece")
  }
}
