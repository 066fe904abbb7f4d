package import WeirStore

extension ResponseCache {
  /// Opens the rows alone, for commands: no index is filled, and whoever keeps one hears of changes through the log.
  ///
  /// `encoder` is the one whose vectors an import may bring.
  package static func openRows(
    store: Store, configuration: CacheConfiguration, encoder: EncoderIdentity? = nil
  ) throws -> ResponseCache {
    let cache = ResponseCache(
      store: store, configuration: configuration, encoder: encoder?.fingerprint, index: nil, ignoredVectors: 0)
    do {
      try cache.adoptEviction()
    } catch StoreFailure.readOnly {
      // Priorities matter to those who write.
    }
    return cache
  }
}
