internal import WeirTensor

/// What reading tokens costs, for measurements.
extension GeneratorModel {
  /// Bytes of packed weights that one token alone reads, the output's included; of a mixture the experts it takes.
  package var weightBytesPerToken: Int {
    layers.reduce(output.byteCount) { $0 + $1.perToken(shape.mixture, \.byteCount) }
  }

  /// Multiply-adds of the layers' products for one token.
  package var layerProductsPerToken: Int {
    layers.reduce(0) { $0 + $1.perToken(shape.mixture) { $0.weights.rows * $0.weights.columns } }
  }

  /// Multiply-adds of one token's logits.
  package var outputProducts: Int { output.weights.rows * output.weights.columns }

  /// Bytes of keys and values that one token reads after `positions` others, in a cache of halves.
  package func cacheBytesPerToken(after positions: Int) -> Int {
    2 * 2 * shape.layers * shape.kvWidth * positions
  }
}

extension DecoderLayer {
  fileprivate func perToken(_ mixture: MixtureShape?, _ cost: (Projection) -> Int) -> Int {
    func sum(_ projections: [Projection]) -> Int { projections.reduce(0) { $0 + cost($1) } }
    let attention = sum([query, key, value, attentionOutput])
    switch feedForward {
    case .dense(let network): return attention + sum(network.projections)
    case .mixture(let experts):
      let taken = experts.experts.prefix(mixture?.used ?? 0).flatMap(\.projections)
      return attention + sum([experts.router] + taken + (experts.shared?.network.projections ?? []))
    }
  }
}
