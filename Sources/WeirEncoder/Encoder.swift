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

  /// Windows of a long text where its whole matters more than time: 1 591 tokens of a model that reads 256.
  package static let mostWindows = 8
  /// Tokens that go through the linear maps together; more gain nothing.
  private static let passTokens = 64

  /// The vector of a text; of one longer than the context window, what exceeds `windows` of them is cut off at the end.
  ///
  /// With one window that is what the reference does. Several overlap by a quarter; the vector is the mean of theirs,
  /// weighted by tokens, at unit length. Every text has a vector: what the vocabulary lacks becomes its unknown token,
  /// and the empty text is [CLS] [SEP].
  package func embed(_ text: String, windows: Int = 1) -> EncodedText { embed([text], windows: windows)[0] }

  /// The vectors of some texts, each with the bits that it has alone; several short ones share a pass.
  package func embed(_ texts: [String], windows: Int = 1) -> [EncodedText] {
    // Special tokens in the text count as such, as in the reference: here they give nobody a role or a turn.
    let options = EncodingOptions(
      parsesSpecialTokens: true, window: TextWindows.tokens(context: shape.context, most: windows))
    let split = texts.map { text in
      TextWindows(
        tokenizer.encode(prefix.isEmpty ? text : prefix + text, options: options), context: shape.context,
        most: windows)
    }
    var vectors = run(split.flatMap(\.windows))[...]
    return split.map { text in
      let own = vectors.prefix(text.windows.count)
      vectors = vectors.dropFirst(own.count)
      return EncodedText(
        values: own.count == 1 ? own[own.startIndex] : mean(Array(own), weights: text.windows.map(\.count)),
        tokens: text.windows.map(\.count).reduce(0, +), isTruncated: text.isTruncated)
    }
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
    return run([identifiers])[0]
  }

  /// In passes of at most `passTokens`, or of one text that has more.
  private func run(_ texts: [[Int32]]) -> [[Float]] {
    var vectors: [[Float]] = []
    vectors.reserveCapacity(texts.count)
    var first = 0
    while first < texts.count {
      var (end, tokens) = (first + 1, texts[first].count)
      while end < texts.count, tokens + texts[end].count <= Self.passTokens {
        tokens += texts[end].count
        end += 1
      }
      let scratch = takeScratch(tokens: tokens)
      defer { giveBack(scratch) }
      vectors += weights.run(Array(texts[first..<end]), shape: shape, scratch: scratch, kernels: kernels)
      first = end
    }
    return vectors
  }

  /// The mean of vectors at unit length; weights are positive.
  private func mean(_ vectors: [[Float]], weights: [Int]) -> [Float] {
    let sum = FloatBuffer(count: shape.width)
    for (vector, weight) in zip(vectors, weights) {
      kernels.add(FloatBuffer(vector).view, scaledBy: Float(weight), to: sum.view)
    }
    kernels.normalizeLength(sum.view)
    return sum.view.array
  }

  /// A pooled scratch that is large enough, or a new one; sizes are powers of two, so that few are outgrown.
  private func takeScratch(tokens: Int) -> EncoderScratch {
    let pooled = pool.withLock { $0.popLast() }
    if let pooled, pooled.tokens >= tokens { return pooled }
    var size = 16
    while size < tokens { size *= 2 }
    return EncoderScratch(tokens: size, shape: shape)
  }

  private func giveBack(_ scratch: EncoderScratch) {
    pool.withLock { if $0.count < Self.pooledPasses { $0.append(scratch) } }
  }
}
