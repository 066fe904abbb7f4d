internal import WeirDomain
internal import WeirTensor
internal import WeirRisk

/// Trains one network: mini-batches, AdamW, a cosine schedule, input noise, dropout, early stopping on held-out rows.
struct NetworkTrainer {
  struct Result: Sendable {
    /// Hidden weights with the inputs' scale folded in, hidden bias, output weights, output bias.
    var weights: [[Float]]
    /// Passes after which the held-out loss was best; all of them without held-out rows.
    var passes: Int
  }

  let options: TrainingOptions
  let outputs: Int
  /// The label of rows out of scope; nil where no output is for them.
  let outOfScope: Int?
  let isCancelled: @Sendable () -> Bool

  /// `last` ends the training after that pass of the same schedule. Nil once cancelled.
  func train(
    _ rows: TrainingRows, heldOut: TrainingRows?, seed: UInt64, last: Int? = nil,
    progress: @Sendable (Int, Int) -> Void = { _, _ in }
  ) -> Result? {
    var random = SplitMix64(seed: seed)
    let inputs = rows.vectors.first?.count ?? 0
    let batch = options.batch(rows: rows.count)
    let scale = Float(inputs).squareRoot()
    let network = IntentNetwork(
      inputs: inputs, hidden: options.hidden, outputs: outputs, capacity: max(batch, 256), random: &random)
    let noise = GaussianNoise(count: max(1 << 18, batch * inputs * 2), random: &random)
    let (first, second) = (
      FloatBuffer(count: network.allWeights.count), FloatBuffer(count: network.allWeights.count)
    )
    let x = FloatBuffer(count: batch * inputs)
    let dropout = FloatBuffer(count: max(batch, 256) * options.hidden)
    let passes = options.passes(rows: rows.count)
    let order = Sampling(labels: rows.labels, outOfScope: outOfScope)
    let stepsPerPass = (order.rowsPerPass + batch - 1) / batch
    var step = 0
    var best: (loss: Float, passes: Int, weights: [Float])?
    for pass in 1...min(passes, last ?? passes) {
      guard !isCancelled() else { return nil }
      let chosen = order.pass(&random)
      for start in stride(from: 0, to: chosen.count, by: batch) {
        let indices = chosen[start..<min(start + batch, chosen.count)]
        let used = x[0..<(indices.count * inputs)]
        for (place, index) in indices.enumerated() {
          let row = used.row(place, width: inputs)
          row.assign(rows.vectors[index])
          Kernels.active.scale(row, by: scale)
        }
        used.addNoise(noise.slice(used.count, random: &random), scaledBy: options.noise)
        let mask = dropout[0..<(indices.count * options.hidden)]
        fillMask(mask, &random)
        _ = network.step(
          used, labels: indices.map { rows.labels[$0] }, rowWeights: indices.map { rows.weights[$0] }, dropout: mask,
          smoothing: options.smoothing)
        step += 1
        let share = Double(step) / Double(max(passes * stepsPerPass, 1))
        let rate = options.learningRate * Float(0.5 * (1 + Exponential.cosine(Double.pi * share)))
        network.allWeights.view.adamStep(
          gradient: network.allGradients.view, first: first.view, second: second.view,
          AdamStep(count: step, rate: rate, weightDecay: options.weightDecay))
      }
      progress(pass, passes)
      guard let heldOut, heldOut.count > 0 else { continue }
      dropout.view.fill(1)
      let loss = self.loss(network, heldOut, scale, dropout)
      if loss < best?.loss ?? .infinity { best = (loss, pass, network.allWeights.view.array) }
      if let best, pass - best.passes >= options.patience { break }
    }
    if let best { network.allWeights.view.assign(best.weights) }
    var weights = network.weights.map(\.array)
    weights[0] = weights[0].map { $0 * scale }
    return Result(weights: weights, passes: best?.passes ?? min(passes, last ?? passes))
  }

  /// 0 for a share of `options.dropout` of the places, else what keeps the mean.
  private func fillMask(_ mask: FloatView, _ random: inout SplitMix64) {
    let keep = Float(1 / (1 - options.dropout))
    let limit = UInt64(options.dropout * 65536)
    var bits: UInt64 = 0
    for index in 0..<mask.count {
      if index & 3 == 0 { bits = random.next() }
      mask[index] = bits & 0xFFFF < limit ? 0 : keep
      bits >>= 16
    }
  }

  private func loss(_ network: IntentNetwork, _ rows: TrainingRows, _ scale: Float, _ ones: FloatBuffer) -> Float {
    let width = network.inputs
    let x = FloatBuffer(count: 256 * width)
    var sum: Float = 0
    for start in stride(from: 0, to: rows.count, by: 256) {
      let end = min(start + 256, rows.count)
      for index in start..<end {
        let row = x.view.row(index - start, width: width)
        row.assign(rows.vectors[index])
        Kernels.active.scale(row, by: scale)
      }
      let count = end - start
      let z = network.logits(
        x[0..<(count * width)], rows: count, dropout: ones[0..<(count * network.hidden)])
      for index in start..<end {
        sum += CrossEntropy.lossAndGradient(
          z.row(index - start, width: outputs), label: rows.labels[index], smoothing: 0, factor: rows.weights[index])
      }
    }
    return sum / Float(rows.count)
  }
}

/// Which rows a pass sees: all in scope, and at most as many out of scope, in a new order each time.
private struct Sampling {
  let inside: [Int]
  let outside: [Int]

  init(labels: [Int], outOfScope: Int?) {
    inside = labels.indices.filter { labels[$0] != outOfScope }
    outside = labels.indices.filter { labels[$0] == outOfScope }
  }

  var rowsPerPass: Int { inside.count + min(outside.count, max(inside.count, 1)) }

  func pass(_ random: inout SplitMix64) -> [Int] {
    var chosen = inside + outside.shuffled(using: &random).prefix(max(inside.count, 1))
    chosen.shuffle(using: &random)
    return chosen
  }
}
