import Synchronization
import WeirFiles
package import WeirModelFiles
package import WeirTensor

/// A sentence encoder of the BERT family: text in, unit-length vector out.
///
/// Weights are immutable and shared; a pass runs on the caller's thread with memory from a small pool, so any number of
/// threads may encode at once. The same text gives the same bits on every instruction set.
package final class Encoder: Sendable {
  package let shape: EncoderShape
  /// SHA-256 in hexadecimal of the model file, and of the prefix where another than the file's own is put before texts.
  /// Vectors of different encoders are never compared.
  package let fingerprint: String
  /// What is put before every text, such as E5's "query: ".
  package let prefix: String
  private let tokenizer: WordPieceTokenizer
  private let weights: EncoderWeights
  private let kernels: Kernels
  private let pool = Mutex<[EncoderScratch]>([])

  /// Memory of idle passes that is kept; more than this run at once only under load.
  private static let pooledPasses = 8

  /// The metadata key of the prefix that a model was trained with.
  package static let prefixKey = "weir.encoder.prefix"
  /// In bytes of UTF-8.
  package static let longestPrefix = 1024

  /// Reads and packs the model; `file` is not needed afterwards.
  ///
  /// `prefix` goes before the one that the file names.
  package init(_ file: GGUFFile, prefix: String? = nil, kernels: Kernels = .active) throws(EncoderFailure) {
    let own: String
    do throws(ModelFileFailure) {
      own = try file.string(Self.prefixKey, default: "")
      shape = try EncoderShape(file)
      tokenizer = try WordPieceTokenizer(from: file)
      guard tokenizer.vocabularySize <= shape.vocabulary else {
        let (found, allowed) = ([shape.width, shape.vocabulary], [shape.width, tokenizer.vocabularySize])
        throw .wrongShape(
          file: file.name, tensor: "token_embd.weight", found: found, allowed: allowed)
      }
    } catch {
      throw .model(error)
    }
    let window = EncodingOptions(window: shape.context)
    var texts: [[Int32]] = []
    for text in EncoderCalibration.texts { texts.append(tokenizer.encode(text, options: window)) }
    weights = try EncoderWeights(file, shape: shape, calibrating: texts, kernels: kernels)
    self.prefix = prefix ?? own
    fingerprint =
      self.prefix == own
      ? file.fingerprint : SHA256Digest(of: Array("\(file.fingerprint)\nprefix\n\(self.prefix)".utf8)).hex
    self.kernels = kernels
  }

  /// The vector of a text; what exceeds the context window is cut off at the end, as the reference does.
  ///
  /// Every text has one: what the vocabulary lacks becomes its unknown token, and the empty text is [CLS] [SEP].
  package func embed(_ text: String) -> EncodedText {
    // One token more than fits shows whether something is cut; it stands before the closing [SEP].
    // Special tokens in the text count as such, as in the reference: here they give nobody a role or a turn.
    let options = EncodingOptions(parsesSpecialTokens: true, window: shape.context + 1)
    var identifiers = tokenizer.encode(prefix.isEmpty ? text : prefix + text, options: options)
    let isTruncated = identifiers.count > shape.context
    if isTruncated { identifiers.remove(at: shape.context - 1) }
    return EncodedText(values: run(identifiers), tokens: identifiers.count, isTruncated: isTruncated)
  }

  /// Tokens of a text however long it is, [CLS] and [SEP] left out.
  package func countTokens(_ text: String) -> Int {
    tokenizer.encode(text, options: EncodingOptions(parsesSpecialTokens: true, addsBoundaryTokens: false)).count
  }

  /// The vector of a text given as token ids, [CLS] and [SEP] included.
  package func embed(identifiers: [Int32]) throws(EncoderFailure) -> [Float] {
    guard (1...shape.context).contains(identifiers.count) else {
      throw .tokenCount(found: identifiers.count, allowed: 1...shape.context)
    }
    if let odd = identifiers.first(where: { !(0..<shape.vocabulary).contains(Int($0)) }) {
      throw .tokenIdentifier(found: Int(odd), vocabulary: shape.vocabulary)
    }
    return run(identifiers)
  }

  private func run(_ identifiers: [Int32]) -> [Float] {
    let scratch = takeScratch(tokens: identifiers.count)
    defer { giveBack(scratch) }
    return weights.run([identifiers], shape: shape, scratch: scratch, kernels: kernels)[0]
  }

  /// A pooled scratch that is large enough, or a new one; sizes are powers of two, so that few are outgrown.
  private func takeScratch(tokens: Int) -> EncoderScratch {
    let pooled = pool.withLock { $0.popLast() }
    if let pooled, pooled.tokens >= tokens { return pooled }
    var size = 16
    while size < tokens { size *= 2 }
    return EncoderScratch(tokens: min(size, max(shape.context, tokens)), shape: shape)
  }

  private func giveBack(_ scratch: EncoderScratch) {
    pool.withLock { if $0.count < Self.pooledPasses { $0.append(scratch) } }
  }
}
