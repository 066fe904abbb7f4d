/// Text to token ids and back, for one vocabulary.
///
/// Encoding never fails: text that the vocabulary lacks becomes its unknown token or its bytes. Values are immutable
/// and may be shared between threads.
package protocol Tokenizer: Sendable {
  /// Ids are below this.
  var vocabularySize: Int { get }
  /// Begin-of-text ([CLS] for BERT), where the vocabulary has one.
  var beginID: Int32? { get }
  /// End-of-text ([SEP] for BERT), where the vocabulary has one.
  var endID: Int32? { get }
  /// Every id that ends a generated answer: end of text, end of turn.
  var endIDs: Set<Int32> { get }

  func encode(_ text: String, options: EncodingOptions) -> [Int32]

  /// The bytes that `id` stands for in running text; empty for control tokens and ids outside the vocabulary.
  ///
  /// One token may be a part of a character: collect with `StreamingDecoder`.
  func bytes(of id: Int32) -> [UInt8]

  /// The text of a whole sequence; incomplete characters become U+FFFD.
  func decode(_ ids: [Int32]) -> String

  /// The id of the token that is written exactly like `text` in the vocabulary, such as "<|im_end|>".
  func id(ofToken text: String) -> Int32?
}

/// How a text is to be encoded.
package struct EncodingOptions: Sendable, Equatable {
  /// Whether special tokens written in the text become these tokens.
  ///
  /// Only for text of the program itself, such as a chat template: in a prompt they stay plain text, so that no user
  /// can end a turn or speak as the system.
  package var parsesSpecialTokens: Bool
  /// Whether begin and end tokens are put around the text as the model's file says.
  package var addsBoundaryTokens: Bool
  /// At most this many ids, boundary tokens included; text beyond it is cut off. Nil: no limit.
  package var window: Int?

  package init(parsesSpecialTokens: Bool = false, addsBoundaryTokens: Bool = true, window: Int? = nil) {
    self.parsesSpecialTokens = parsesSpecialTokens
    self.addsBoundaryTokens = addsBoundaryTokens
    self.window = window
  }
}

extension Tokenizer {
  package func encode(_ text: String) -> [Int32] { encode(text, options: EncodingOptions()) }

  package func decode(_ ids: [Int32]) -> String {
    var decoder = StreamingDecoder()
    var text = ""
    for id in ids { text += decoder.append(bytes(of: id)) }
    return text + decoder.finish()
  }
}
