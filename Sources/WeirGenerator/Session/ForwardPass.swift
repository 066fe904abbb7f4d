import WeirTensor

/// One sweep over a model's weights for some tokens of one text or of several: the scratch memory and the order of work.
///
/// What a token gets does not depend on the other tokens of a pass, because each product of a token has one defined
/// order of additions: texts may be cut into passes, and put together in them, in any way.
///
/// Used by one thread at a time, which shares the work with the threads of its pool.
final class ForwardPass {
  let model: GeneratorModel
  let kernels: Kernels
  let pool: ComputePool
  /// Most tokens of one pass.
  let capacity: Int
  let activations: Activations
  // [capacity x width]
  private let hidden: FloatBuffer
  private let normed: FloatBuffer
  private let change: FloatBuffer
  // [capacity x heads * headWidth]
  let queries: FloatBuffer
  let attended: FloatBuffer
  // [capacity x kvHeads * headWidth]
  let keys: FloatBuffer
  let values: FloatBuffer
  // [capacity x widest feed-forward network]
  let gate: FloatBuffer
  let up: FloatBuffer
  /// Nil for a model without experts.
  let expertRoom: ExpertRoom?
  /// Nil for a model without adapters.
  let adapterRoom: LowRankRoom?
  /// For each part of a job, scores of some queries; grows with the texts.
  var scores = FloatBuffer(count: 0)
  /// Logits of several texts; made when they first meet.
  private var sharedOutput = FloatBuffer(count: 0)

  init(_ model: GeneratorModel, kernels: Kernels, pool: ComputePool, capacity: Int) {
    let shape = model.shape
    self.model = model
    self.kernels = kernels
    self.pool = pool
    self.capacity = capacity
    let inner = shape.widestFeedForward
    activations = Activations(capacity: capacity * max(shape.width, shape.queryWidth, inner))
    hidden = FloatBuffer(count: capacity * shape.width)
    normed = FloatBuffer(count: capacity * shape.width)
    change = FloatBuffer(count: capacity * shape.width)
    queries = FloatBuffer(count: capacity * shape.queryWidth)
    attended = FloatBuffer(count: capacity * shape.queryWidth)
    keys = FloatBuffer(count: capacity * shape.kvWidth)
    values = FloatBuffer(count: capacity * shape.kvWidth)
    gate = FloatBuffer(count: capacity * inner)
    up = FloatBuffer(count: capacity * inner)
    expertRoom = shape.mixture.map { ExpertRoom(tokens: capacity, width: shape.width, mixture: $0) }
    let rows = max(shape.width, shape.queryWidth, shape.kvWidth, inner, shape.mixture?.experts ?? 0)
    adapterRoom =
      model.adapterRank == 0
      ? nil : LowRankRoom(tokens: capacity, rank: model.adapterRank, rows: rows, vocabulary: shape.vocabulary)
  }

  /// Reads the steps' tokens, in the order of the paper; each session then has them in its cache, and its logits.
  ///
  /// The steps are of different sessions and have at most `capacity` tokens together.
  func run(_ steps: [SequenceStep]) {
    let shape = model.shape
    let rows = RowPlace.places(of: steps)
    let n = rows.count
    precondition(n > 0 && n <= capacity, "\(n) tokens in a pass for \(capacity)")
    for step in steps { step.session.reserve(step.tokens.count) }
    let x = hidden[0..<n * shape.width]
    let y = normed[0..<n * shape.width]
    let z = change[0..<n * shape.width]
    forEachRow(n, .embed) { range in
      for row in range {
        model.embeddings.dequantizeRow(Int(rows[row].token), into: x.row(row, width: shape.width))
      }
      let part = x[range.lowerBound * shape.width..<range.upperBound * shape.width]
      if shape.embeddingScale != 1 { kernels.scale(part, by: shape.embeddingScale) }
    }
    for index in model.layers.indices {
      let layer = model.layers[index]
      normalise(x, layer.attentionNorm, into: y, rows: n)
      attend(layer, index, input: y, steps: steps, rows: rows)
      activations.load(attended[0..<n * shape.queryWidth], tokens: n, columns: shape.queryWidth)
      multiply([Product(layer.attentionOutput, into: z)], activations)
      add(z, norm: layer.attentionOutputNorm, to: x, rows: n)

      normalise(x, layer.ffnNorm, into: y, rows: n)
      feedForward(layer.feedForward, input: y, tokens: n, into: z)
      add(z, norm: layer.ffnOutputNorm, to: x, rows: n)
    }
    giveLogits(steps, hidden: x, normed: y)
    for step in steps { step.session.didRead(step.tokens) }
  }

  /// Logits of the rows that were asked for: their states are put side by side, and one product makes all.
  private func giveLogits(_ steps: [SequenceStep], hidden x: FloatView, normed y: FloatView) {
    let shape = model.shape
    let count = steps.reduce(0) { $0 + $1.logitRows }
    guard count > 0 else { return }
    var (row, place) = (0, 0)
    for step in steps {
      row += step.tokens.count
      for wanted in row - step.logitRows..<row {
        kernels.rmsNorm(
          x.row(wanted, width: shape.width), weight: model.outputNorm, epsilon: shape.epsilon,
          into: y.row(place, width: shape.width))
        place += 1
      }
    }
    activations.load(y[0..<count * shape.width], tokens: count, columns: shape.width)
    let own = steps.count == 1 ? steps[0].session : nil
    if own == nil, sharedOutput.count < count * shape.vocabulary {
      sharedOutput = FloatBuffer(count: count * shape.vocabulary)
    }
    let output = (own?.makeOutput(rows: count) ?? sharedOutput.view)[0..<count * shape.vocabulary]
    multiply([Product(model.output, into: output)], activations)
    if let cap = shape.outputCap { kernels.softCap(output, at: cap) }
    place = 0
    for step in steps where step.logitRows > 0 {
      let (states, logits) = (place * shape.width, place * shape.vocabulary)
      let rows = step.logitRows
      if own == nil {
        step.session.makeOutput(rows: rows).assign(output[logits..<logits + rows * shape.vocabulary])
      }
      step.session.takeStates(y[states..<states + rows * shape.width])
      place += rows
    }
  }

  /// Runs `body` over ranges of a pass's rows, on several threads where there are enough of them.
  func forEachRow(_ count: Int, _ name: ComputeJob.Name, width: Int = 1, _ body: (Range<Int>) -> Void) {
    if count < 16 { return body(0..<count) }
    pool.forEachPart(of: count, grain: 8, job: ComputeJob(name, amount: count * width)) { range, _ in body(range) }
  }

  /// y = norm of x, for consecutive rows: tokens, or heads. The rows become the input of the next products.
  private func normalise(_ x: FloatView, _ weight: [Float], into y: FloatView, rows: Int) {
    forEachRow(rows, .normalise) { range in normalise(x, weight, into: y, rows: range) }
  }

  /// The rows of `range`, each as wide as the weight.
  func normalise(_ x: FloatView, _ weight: [Float], into y: FloatView, rows range: Range<Int>) {
    for row in range {
      kernels.rmsNorm(
        x.row(row, width: weight.count), weight: weight, epsilon: model.shape.epsilon,
        into: y.row(row, width: weight.count))
    }
  }

  /// x += change, normalised before where the architecture does that.
  private func add(_ change: FloatView, norm: [Float]?, to x: FloatView, rows: Int) {
    let width = model.shape.width
    forEachRow(rows, .add) { range in
      if let norm { normalise(change, norm, into: change, rows: range) }
      let floats = range.lowerBound * width..<range.upperBound * width
      kernels.add(change[floats], to: x[floats])
    }
  }
}

/// A row of a pass: which token of which step.
struct RowPlace {
  let token: Int32
  let step: Int
  let position: Int

  static func places(of steps: [SequenceStep]) -> [RowPlace] {
    var rows: [RowPlace] = []
    rows.reserveCapacity(steps.reduce(0) { $0 + $1.tokens.count })
    for (index, step) in steps.enumerated() {
      let first = step.session.tokens.count
      for (offset, token) in step.tokens.enumerated() {
        rows.append(RowPlace(token: token, step: index, position: first + offset))
      }
    }
    return rows
  }
}
