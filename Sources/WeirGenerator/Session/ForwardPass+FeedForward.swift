import WeirTensor

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Scratch of one chunk for a mixture of experts.
final class ExpertRoom {
  /// [tokens x experts]
  let routing: FloatBuffer
  /// [tokens x width]: the states of the tokens that take one expert.
  let gathered: FloatBuffer
  /// [tokens x width]: what one expert gives for them.
  let given: FloatBuffer
  /// The input of an expert's first products; those of the last use the session's.
  let activations: Activations

  init(tokens: Int, width: Int, mixture: MixtureShape) {
    routing = FloatBuffer(count: tokens * mixture.experts)
    gathered = FloatBuffer(count: tokens * width)
    given = FloatBuffer(count: tokens * width)
    activations = Activations(capacity: tokens * width)
  }
}

extension ForwardPass {
  /// What the feed-forward network adds to each of `tokens` states: [tokens x width].
  func feedForward(_ layer: FeedForward, input: FloatView, tokens n: Int, into change: FloatView) {
    switch layer {
    case .dense(let network):
      activations.load(input, tokens: n, columns: model.shape.width)
      run(network, on: activations, into: change)
    case .mixture(let mixture):
      guard let room = expertRoom else { preconditionFailure("a model with experts has a pass with room for them") }
      run(mixture, input: input, tokens: n, room: room, into: change)
    }
  }

  /// `x` may be the pass's own activations, which hold something else afterwards.
  private func run(_ network: GatedNetwork, on x: Activations, into out: FloatView) {
    let n = x.tokens
    let inner = network.gate.weights.rows
    let g = gate[0..<n * inner]
    let u = up[0..<n * inner]
    let products = [Product(network.gate, into: g), Product(network.up, into: u)]
    if products.allSatisfy({ $0.projection.updates.isEmpty }) {
      quantize(x, for: products)
      // A part makes the same rows of both, and joins them while they are near.
      let grain = Self.grain(network.gate.weights, tokens: 2 * n)
      let count = network.gate.weights.panelCount
      let job = Self.job(.gate, network.gate.weights, panels: count, tokens: n)
      pool.forEachPart(of: count, grain: grain, job: job) { panels, _ in
        for product in products {
          product.projection.weights.multiply(
            x, bias: product.projection.bias, into: product.y, panels: panels, kernels: kernels)
        }
        let first = panels.lowerBound * WeightMatrix.rowsPerPanel
        let end = min(panels.upperBound * WeightMatrix.rowsPerPanel, inner)
        for row in 0..<n {
          join(gate: g[row * inner + first..<row * inner + end], up: u[row * inner + first..<row * inner + end])
        }
      }
    } else {
      multiply(products, x)
      join(gate: g, up: u)
    }
    activations.load(g, tokens: n, columns: inner)
    multiply([Product(network.down, into: out)], activations)
  }

  /// gate = activation(gate) * up
  private func join(gate: FloatView, up: FloatView) {
    if model.shape.architecture.isGemma {
      kernels.geluMultiply(gate: gate, up: up)
    } else {
      kernels.siluMultiply(gate: gate, up: up)
    }
  }

  /// Each expert runs once, over the tokens that take it. A token's experts are added in the order of their numbers, so
  /// that the sum does not depend on the other tokens of the chunk.
  private func run(
    _ mixture: ExpertMixture, input: FloatView, tokens n: Int, room: ExpertRoom, into change: FloatView
  ) {
    let width = model.shape.width
    let count = mixture.shape.experts
    let routing = room.routing[0..<n * count]
    activations.load(input, tokens: n, columns: width)
    multiply([Product(mixture.router, into: routing)], activations)
    var takers: [[(row: Int, weight: Float)]] = Array(repeating: [], count: count)
    for row in 0..<n {
      let probabilities = routing.row(row, width: count)
      kernels.softmax(probabilities)
      for choice in ExpertChoice.best(of: probabilities.array, for: mixture.shape) {
        takers[choice.expert].append((row, choice.weight))
      }
    }
    change.fill(0)
    // A single token is quantized once for all its experts.
    if n == 1 { room.activations.load(input, tokens: 1, columns: width) }
    for (expert, rows) in takers.enumerated() where !rows.isEmpty {
      if n > 1 {
        for (place, taker) in rows.enumerated() {
          room.gathered.view.row(place, width: width).assign(input.row(taker.row, width: width))
        }
        room.activations.load(room.gathered[0..<rows.count * width], tokens: rows.count, columns: width)
      }
      let given = room.given[0..<rows.count * width]
      run(mixture.experts[expert], on: room.activations, into: given)
      for (place, taker) in rows.enumerated() {
        kernels.add(
          given.row(place, width: width), scaledBy: taker.weight, to: change.row(taker.row, width: width))
      }
    }
    guard let shared = mixture.shared else { return }
    room.activations.load(input, tokens: n, columns: width)
    let given = room.given[0..<n * width]
    run(shared.network, on: room.activations, into: given)
    room.gathered.view.row(0, width: width).assign(shared.gate)
    for row in 0..<n {
      let logit = kernels.dot(input.row(row, width: width), room.gathered.view.row(0, width: width))
      kernels.add(
        given.row(row, width: width), scaledBy: 1 / (1 + exp(-logit)), to: change.row(row, width: width))
    }
  }
}
