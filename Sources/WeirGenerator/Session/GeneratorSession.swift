package import WeirTensor

/// One text being read and continued: the key/value cache and the scratch memory of a model.
///
/// Used by one thread at a time. Tokens are read in chunks; the numbers do not depend on how the tokens were cut into
/// chunks, because each product of a token has one defined order of additions.
// @unchecked Sendable because a session passes between threads only through the generator's lock, one owner at a time.
package final class GeneratorSession: @unchecked Sendable {
  package let model: GeneratorModel
  /// The tokens read so far; the next one gets position `tokens.count`.
  package private(set) var tokens: [Int32] = []
  /// Most tokens that are read at once.
  package static let chunk = 64

  let kernels: Kernels
  private var cache: KeyValueCache
  let activations: Activations
  // Scratch of one chunk, n tokens: [n x width], [n x heads * headWidth], [n x widest feed-forward network].
  private let hidden: FloatBuffer
  private let normed: FloatBuffer
  private let projected: FloatBuffer
  private let queries: FloatBuffer
  private let attended: FloatBuffer
  let gate: FloatBuffer
  let up: FloatBuffer
  /// Nil for a model without experts.
  let expertRoom: ExpertRoom?
  /// Nil for a model without adapters.
  let adapterRoom: LowRankRoom?
  /// [context]
  private let scores: FloatBuffer
  /// [vocabulary]
  private let output: FloatBuffer
  /// The row of `normed` that holds the state behind `output`.
  private var stateRow = 0

  package init(_ model: GeneratorModel, kernels: Kernels = .active) {
    let shape = model.shape
    let chunk = min(Self.chunk, model.context)
    self.model = model
    self.kernels = kernels
    cache = KeyValueCache(layers: shape.layers, rowWidth: shape.kvWidth, context: model.context)
    let inner = shape.widestFeedForward
    activations = Activations(capacity: chunk * max(shape.width, shape.queryWidth, inner))
    hidden = FloatBuffer(count: chunk * shape.width)
    normed = FloatBuffer(count: chunk * shape.width)
    projected = FloatBuffer(count: chunk * shape.width)
    queries = FloatBuffer(count: chunk * shape.queryWidth)
    attended = FloatBuffer(count: chunk * shape.queryWidth)
    gate = FloatBuffer(count: chunk * inner)
    up = FloatBuffer(count: chunk * inner)
    expertRoom = shape.mixture.map { ExpertRoom(tokens: chunk, width: shape.width, mixture: $0) }
    let rows = max(shape.width, shape.queryWidth, shape.kvWidth, inner, shape.mixture?.experts ?? 0)
    adapterRoom =
      model.adapterRank == 0
      ? nil : LowRankRoom(tokens: chunk, rank: model.adapterRank, rows: rows, vocabulary: shape.vocabulary)
    scores = FloatBuffer(count: model.context)
    output = FloatBuffer(count: shape.vocabulary)
    tokens.reserveCapacity(model.context)
  }

  /// Tokens that still fit.
  package var room: Int { model.context - tokens.count }

  /// Logits [vocabulary] of the token after the last one read; a copy.
  package var logits: [Float] { output.view.array }

  /// The last token's state after the output norm [width], which the logits are products of; changes with the next read.
  package var state: FloatView { normed[0..<normed.count].row(stateRow, width: model.shape.width) }

  /// One of the logits.
  package func logit(of token: Int32) -> Float { output[Int(token)] }

  /// Bytes of the key/value cache.
  package var cacheBytes: Int { cache.byteCount }

  /// Forgets all tokens but the first `count`; memory is kept.
  package func keep(_ count: Int) {
    precondition(count >= 0 && count <= tokens.count, "\(count) of \(tokens.count) tokens cannot be kept")
    tokens.removeLast(tokens.count - count)
  }

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
      let end = min(start + Self.chunk, prompt.count)
      forward(prompt[start..<end], wantsLogits: end == prompt.count)
      start = end
    }
    return true
  }

  /// Reads one token; afterwards `logits` are those after it.
  package func decode(_ token: Int32) throws(GeneratorFailure) {
    let token = CollectionOfOne(token)
    try check(token)
    forward(token, wantsLogits: true)
  }

  private func check(_ added: some Collection<Int32>) throws(GeneratorFailure) {
    guard added.count <= room else {
      throw .promptTooLong(found: tokens.count + added.count, allowed: model.context)
    }
    for token in added where token < 0 || Int(token) >= model.shape.vocabulary {
      throw .badToken(found: token, allowed: model.shape.vocabulary)
    }
  }

  /// The forward pass of n tokens, in the order of the paper.
  private func forward(_ added: some Collection<Int32>, wantsLogits: Bool) {
    let shape = model.shape
    let n = added.count
    let first = tokens.count
    cache.reserve(first + n)
    let x = hidden[0..<n * shape.width]
    let y = normed[0..<n * shape.width]

    for (row, token) in added.enumerated() {
      model.embeddings.dequantizeRow(Int(token), into: x.row(row, width: shape.width))
    }
    if shape.embeddingScale != 1 { kernels.scale(x, by: shape.embeddingScale) }
    let change = projected[0..<n * shape.width]
    for index in model.layers.indices {
      let layer = model.layers[index]
      normalise(x, layer.attentionNorm, into: y)
      attend(layer, index, input: y, first: first, count: n)
      activations.load(attended[0..<n * shape.queryWidth], tokens: n, columns: shape.queryWidth)
      layer.attentionOutput.multiply(activations, into: change, room: adapterRoom, kernels: kernels)
      if let norm = layer.attentionOutputNorm { normalise(change, norm, into: change) }
      kernels.add(change, to: x)

      normalise(x, layer.ffnNorm, into: y)
      feedForward(layer.feedForward, input: y, tokens: n, into: change)
      if let norm = layer.ffnOutputNorm { normalise(change, norm, into: change) }
      kernels.add(change, to: x)
    }
    tokens.append(contentsOf: added)
    guard wantsLogits else { return }
    // Only the last token's logits are asked for: [width] -> [vocabulary].
    stateRow = n - 1
    let last = y.row(n - 1, width: shape.width)
    kernels.rmsNorm(
      x.row(n - 1, width: shape.width), weight: model.outputNorm, epsilon: shape.epsilon, into: last)
    activations.load(last, tokens: 1, columns: shape.width)
    model.output.multiply(activations, into: output.view, room: adapterRoom, kernels: kernels)
    if let cap = shape.outputCap { kernels.softCap(output.view, at: cap) }
  }

  /// Grouped-query attention of n tokens over all tokens up to each of them; leaves its heads in `attended`.
  private func attend(_ layer: DecoderLayer, _ index: Int, input: FloatView, first: Int, count n: Int) {
    let shape = model.shape
    let q = queries[0..<n * shape.queryWidth]
    // Keys and values go straight to their place in the cache.
    let newKeys = cache.keys(layer: index, first..<first + n)
    let newValues = cache.values(layer: index, first..<first + n)
    activations.load(input, tokens: n, columns: shape.width)
    layer.query.multiply(activations, into: q, room: adapterRoom, kernels: kernels)
    layer.key.multiply(activations, into: newKeys, room: adapterRoom, kernels: kernels)
    layer.value.multiply(activations, into: newValues, room: adapterRoom, kernels: kernels)
    if let norm = layer.queryNorm { normalise(q, norm, into: q) }
    if let norm = layer.keyNorm { normalise(newKeys, norm, into: newKeys) }

    let window = shape.window.flatMap { $0.isLocal[index] ? $0.size : nil }
    let rotary = window == nil ? model.rotary : model.localRotary
    let keys = cache.keys(layer: index, 0..<first + n)
    let values = cache.values(layer: index, 0..<first + n)
    let headsPerKV = shape.heads / shape.kvHeads
    for row in 0..<n {
      rotary.rotate(q.row(row, width: shape.queryWidth), position: first + row, kernels: kernels)
      rotary.rotate(newKeys.row(row, width: shape.kvWidth), position: first + row, kernels: kernels)
    }
    for head in 0..<shape.heads {
      let offset = head / headsPerKV * shape.headWidth
      for row in 0..<n {
        let place = row * shape.queryWidth + head * shape.headWidth
        let end = first + row + 1
        let start = window.map { max(end - $0, 0) } ?? 0
        let seen = start * shape.kvWidth..<end * shape.kvWidth
        kernels.attend(
          query: q[place..<place + shape.headWidth], keys: keys[seen], values: values[seen], rowWidth: shape.kvWidth,
          headOffset: offset, count: end - start, scale: shape.attentionScale, cap: shape.attentionCap ?? 0,
          scores: scores.view, into: attended[place..<place + shape.headWidth])
      }
    }
  }

  /// Normalises consecutive rows of as many elements as the weight has: tokens, or heads.
  private func normalise(_ x: FloatView, _ weight: [Float], into y: FloatView) {
    let width = weight.count
    for row in 0..<x.count / width {
      kernels.rmsNorm(
        x.row(row, width: width), weight: weight, epsilon: model.shape.epsilon, into: y.row(row, width: width))
    }
  }
}
