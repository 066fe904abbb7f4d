package import WeirStore

extension ResponseCache {
  /// Opens the rows alone, for commands: no index is filled, and whoever keeps one hears of changes through the log.
  ///
  /// `encoder` is the one whose vectors an import may bring. What is written gets its priority under the policy that
  /// the others were stored under: only a node that starts brings another one in.
  package static func openRows(
    store: Store, configuration: CacheConfiguration, encoder: EncoderIdentity? = nil
  ) throws -> ResponseCache {
    var configuration = configuration
    configuration.eviction = try storedEviction(in: store) ?? configuration.eviction
    return ResponseCache(
      store: store, configuration: configuration, encoder: encoder?.fingerprint, index: nil, ignoredVectors: 0)
  }
}
