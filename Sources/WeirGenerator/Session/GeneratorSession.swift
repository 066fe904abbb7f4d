package import WeirTensor

/// One text being read and continued: its tokens, its key/value cache and its last logits.
///
/// Used by one thread at a time. Tokens are read in chunks; the numbers do not depend on how the tokens were cut into
/// chunks, nor on the other texts of a pass.
// @unchecked Sendable because a session passes between threads only through locks, one owner at a time.
package final class GeneratorSession: @unchecked Sendable {
  package let model: GeneratorModel
  /// The tokens read so far; the next one gets position `tokens.count`.
  package private(set) var tokens: [Int32] = []
  let cache: KeyValueCache
  private let lane: StepLane
  /// [rows x vocabulary] of the last step; the last row is that of the last token read.
  private var output: FloatBuffer
  private var outputRows = 0
  /// [rows x width]: the states behind `output`.
  private var states: FloatBuffer

  /// A session with scratch memory of its own.
  package convenience init(
    _ model: GeneratorModel, kernels: Kernels = .active, pool: ComputePool = .single, cacheType: CacheType = .f16,
    chunk: Int = StepLane.usualChunk
  ) {
    self.init(lane: StepLane(model, kernels: kernels, pool: pool, chunk: chunk), cacheType: cacheType)
  }

  /// A session whose steps run on `lane`, together with those of other sessions.
  package init(lane: StepLane, cacheType: CacheType = .f16) {
    model = lane.model
    self.lane = lane
    cache = KeyValueCache(model.cacheShape(cacheType))
    output = FloatBuffer(count: model.shape.vocabulary)
    states = FloatBuffer(count: model.shape.width)
    tokens.reserveCapacity(min(model.context, 1024))
  }

  private static let keptRows = DraftLength.longest + 1

  /// Tokens that still fit.
  package var room: Int { model.context - tokens.count }

  /// Logits [vocabulary] of the token after the last one read; a copy.
  package var logits: [Float] { logits(row: outputRows - 1) }

  /// Logits after a token of the last step, of those that were asked for; a copy.
  package func logits(row: Int) -> [Float] { logitView(row: row).array }

  private func logitView(row: Int) -> FloatView {
    output.view.row(max(row, 0), width: model.shape.vocabulary)
  }

  /// The last token's state after the output norm [width], which the logits are products of; changes with the next read.
  package var state: FloatView { state(row: outputRows - 1) }

  /// The same of a row of the last step.
  package func state(row: Int) -> FloatView { states.view.row(max(row, 0), width: model.shape.width) }

  /// One of the logits.
  package func logit(of token: Int32) -> Float { logit(of: token, row: outputRows - 1) }

  package func logit(of token: Int32, row: Int) -> Float { logitView(row: row)[Int(token)] }

  /// Bytes of the key/value cache.
  package var cacheBytes: Int { cache.byteCount }

  /// Forgets all tokens but the first `count`; memory is kept.
  package func keep(_ count: Int) {
    precondition(count >= 0 && count <= tokens.count, "\(count) of \(tokens.count) tokens cannot be kept")
    tokens.removeLast(tokens.count - count)
  }

  /// Forgets all tokens and gives back what they needed.
  func forgetAll() {
    tokens = []
    cache.adopt([])
    // What a usual step with guesses needs stays; a long forced text's rows go.
    if output.count > Self.keptRows * model.shape.vocabulary { output = FloatBuffer(count: model.shape.vocabulary) }
    outputRows = 0
  }

  /// Forgets all tokens and takes over the first tokens of a text with their keys and values.
  package func adopt(_ shared: [KeyValueBlock], tokens known: ArraySlice<Int32>) {
    precondition(
      known.count <= shared.count * KeyValueBlock.positions, "\(known.count) tokens in \(shared.count) blocks")
    cache.adopt(shared)
    tokens = Array(known)
  }

  /// The blocks of keys and values that are full; they may be shared.
  package var fullBlocks: [KeyValueBlock] { Array(cache.blocks.prefix(tokens.count / KeyValueBlock.positions)) }

  /// Reads a prompt, or more of it; afterwards `logits` are those after its last token.
  ///
  /// `isCancelled` is asked between chunks; true ends the reading early. Returns whether all tokens were read.
  @discardableResult
  package func prefill(
    _ prompt: [Int32], isCancelled: () -> Bool = { false }
  ) throws(GeneratorFailure) -> Bool {
    guard !prompt.isEmpty else { throw .emptyPrompt }
    try check(prompt)
    var start = 0
    while start < prompt.count {
      if isCancelled() { return false }
      let end = min(start + lane.chunk, prompt.count)
      lane.run(SequenceStep(session: self, tokens: prompt[start..<end], logitRows: end == prompt.count ? 1 : 0))
      start = end
    }
    return true
  }

  /// Reads one token; afterwards `logits` are those after it.
  package func decode(_ token: Int32) throws(GeneratorFailure) { try decode([token]) }

  /// Reads some tokens, at most a chunk, and keeps the logits after each: row i is that after token i.
  package func decode(_ added: [Int32]) throws(GeneratorFailure) {
    guard !added.isEmpty else { throw .emptyPrompt }
    try check(added)
    precondition(added.count <= lane.chunk, "\(added.count) tokens in a step of at most \(lane.chunk)")
    lane.run(SequenceStep(session: self, tokens: added[...], logitRows: added.count))
  }

  private func check(_ added: [Int32]) throws(GeneratorFailure) {
    guard added.count <= room else {
      throw .promptTooLong(found: tokens.count + added.count, allowed: model.context)
    }
    for token in added where token < 0 || Int(token) >= model.shape.vocabulary {
      throw .badToken(found: token, allowed: model.shape.vocabulary)
    }
  }

  // MARK: for the pass

  /// Makes room in the cache for the next `count` tokens.
  func reserve(_ count: Int) { cache.reserve(tokens.count..<tokens.count + count) }

  /// Memory for the logits of `rows` tokens; the pass fills it.
  func makeOutput(rows: Int) -> FloatView {
    let needed = rows * model.shape.vocabulary
    if output.count < needed { output = FloatBuffer(count: needed) }
    outputRows = rows
    return output[0..<needed]
  }

  func takeStates(_ rows: FloatView) {
    if states.count < rows.count { states = FloatBuffer(count: rows.count) }
    states[0..<rows.count].assign(rows)
  }

  func didRead(_ added: ArraySlice<Int32>) { tokens.append(contentsOf: added) }
}
