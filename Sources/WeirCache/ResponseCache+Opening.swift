package import WeirDomain
package import WeirStore
internal import WeirVectorIndex

extension ResponseCache {
  /// An encoder as the cache knows it.
  package struct EncoderIdentity: Sendable, Hashable {
    /// Hexadecimal SHA-256 of the model file.
    package var fingerprint: String
    package var dimension: Int

    package init(fingerprint: String, dimension: Int) {
      self.fingerprint = fingerprint
      self.dimension = dimension
    }
  }

  /// Opens the caches of `store` and fills an exact index with the live vectors of `encoder`.
  ///
  /// Vectors of other encoders stay in the database for the day that encoder comes back, but are never compared.
  package static func open(
    store: Store, configuration: CacheConfiguration = CacheConfiguration(), encoder: EncoderIdentity?,
    at now: Timestamp
  ) throws -> ResponseCache {
    guard let encoder else {
      let cache = ResponseCache(
        store: store, configuration: configuration, encoder: nil, index: nil, ignoredVectors: 0)
      try cache.adoptEviction()
      return cache
    }
    let index = ExactIndex(
      dimension: encoder.dimension, capacity: configuration.vectorCapacity(dimension: encoder.dimension))
    var ignored = 0
    try store.read { transaction in
      try transaction.rows(
        """
        SELECT id, partition, encoder, vector FROM cache_vector JOIN cache_entry ON id = entry_id
        WHERE partition IS NOT NULL AND expires_at > ? ORDER BY id
        """, [.integer(now.adding(milliseconds: -configuration.staleMilliseconds).milliseconds)]
      ) { row in
        guard try row.text(2) == encoder.fingerprint, let vector = VectorBytes.read(try row.blob(3)) else {
          ignored += 1
          return
        }
        do {
          try index.insert(try row.integer(0), partition: PartitionKey(try row.blob(1).prefix(32)), vector: vector)
        } catch is VectorIndexFailure {
          ignored += 1
        }
      }
    }
    let cache = ResponseCache(
      store: store, configuration: configuration, encoder: encoder.fingerprint, index: index, ignoredVectors: ignored)
    try cache.adoptEviction()
    return cache
  }
}
