import WeirTensor

/// The second half of a layer: one network for all tokens, or a few of many for each.
enum FeedForward: Sendable {
  case dense(GatedNetwork)
  case mixture(ExpertMixture)

  var projections: [Projection] {
    switch self {
    case .dense(let network): network.projections
    case .mixture(let mixture):
      [mixture.router] + mixture.experts.flatMap(\.projections) + (mixture.shared?.network.projections ?? [])
    }
  }
}

/// down(activation(gate x) * up x)
struct GatedNetwork: Sendable {
  /// [ffnWidth x width]
  var gate: Projection
  /// [ffnWidth x width]
  var up: Projection
  /// [width x ffnWidth]
  var down: Projection

  var projections: [Projection] { [gate, up, down] }
}

/// A router and its experts. Source: Jiang et al., "Mixtral of experts" (2024); Qwen2's mixture adds a shared expert.
struct ExpertMixture: Sendable {
  struct Shared: Sendable {
    /// [width]: the share of this expert is the sigmoid of its product with a token's state.
    var gate: [Float]
    var network: GatedNetwork
  }

  var shape: MixtureShape
  /// [experts x width]
  var router: Projection
  var experts: [GatedNetwork]
  var shared: Shared?
}
