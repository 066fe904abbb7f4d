import WeirTensor

/// A product that a job of several makes: y[t] = W x[t] + bias, and what adapters add.
struct Product {
  let projection: Projection
  let y: FloatView

  init(_ projection: Projection, into y: FloatView) {
    self.projection = projection
    self.y = y
  }
}

extension ForwardPass {
  /// A part of a job should read at least this many bytes of weights, some microseconds; below that handing it over costs
  /// more than it brings.
  private static let leastBytes = 96 << 10

  /// Panels that make a part worth its hand-over. Even, because the kernels take panels in pairs.
  static func grain(_ weights: WeightMatrix, tokens: Int) -> Int {
    let panelBytes = max(weights.byteCount / weights.panelCount, 1)
    // Up to about eight tokens reading the weights is what costs.
    let panels = leastBytes / (panelBytes * max(tokens / 8, 1))
    return max(panels / 2 * 2, 2)
  }

  /// Few tokens cost what reading the weights costs, many cost what each of them does.
  static func job(_ name: ComputeJob.Name, _ weights: WeightMatrix, panels: Int, tokens: Int) -> ComputeJob {
    let size = tokens.bitWidth - tokens.leadingZeroBitCount
    return ComputeJob(name, detail: weights.byteCount << 7 | size, amount: panels * (tokens < 16 ? 1 : tokens))
  }

  /// Products of the same input, as one job.
  func multiply(_ products: [Product], _ x: Activations) {
    quantize(x, for: products)
    let panels = products.reduce(0) { $0 + $1.projection.weights.panelCount }
    guard let first = products.first?.projection.weights else { return }
    let job = Self.job(.product, first, panels: panels, tokens: x.tokens)
    pool.forEachPart(of: panels, grain: Self.grain(first, tokens: x.tokens), job: job) { range, _ in
      var start = 0
      for product in products {
        let weights = product.projection.weights
        let own = range.clamped(to: start..<start + weights.panelCount)
        if !own.isEmpty {
          weights.multiply(
            x, bias: product.projection.bias, into: product.y, panels: own.lowerBound - start..<own.upperBound - start,
            kernels: kernels)
        }
        start += weights.panelCount
      }
    }
    addUpdates(products, x)
  }

  /// Makes the int8 blocks of `x` if one of the products needs them; the products' threads find them made.
  func quantize(_ x: Activations, for products: [Product]) {
    guard products.contains(where: { $0.projection.weights.type.isQuantized }) else { return }
    forEachRow(x.tokens, .quantize, width: x.columns) { x.quantize(rows: $0, kernels: kernels) }
    x.didQuantize()
  }

  /// What adapters add, on the caller's thread: their matrices are small.
  func addUpdates(_ products: [Product], _ x: Activations) {
    for product in products where !product.projection.updates.isEmpty {
      guard let adapterRoom else { preconditionFailure("a model with adapters has a pass with room for them") }
      product.projection.addUpdates(x, to: product.y, room: adapterRoom, kernels: kernels)
    }
  }
}
