/// Who answered.
package enum Tier: String, Sendable, Hashable, CaseIterable {
  /// The same request was answered before.
  case exact
  /// A request that means the same was answered before.
  case semantic
  /// An approved text for the intent.
  case template
  /// The local generator.
  case generator
  /// Remote models, from cheap to able.
  case economy, standard, premium

  package var isLocal: Bool {
    switch self {
    case .exact, .semantic, .template, .generator: true
    case .economy, .standard, .premium: false
    }
  }

  package var isCache: Bool {
    self == .exact || self == .semantic
  }
}
