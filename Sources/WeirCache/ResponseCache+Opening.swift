package import WeirDomain
internal import WeirFiles
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

  /// Opens the caches of `store`.
  ///
  /// The vectors of `encoder` are compared by the index at `indexPath`. Where there is none, or where this process
  /// cannot own it (`indexNotice` says why), the youngest are read into memory and compared one by one; answers that
  /// other processes store from then on are not found. Vectors of other encoders stay in the database for the day that
  /// encoder comes back, but are never compared. `clock` is monotonic, nanoseconds.
  package static func open(
    store: Store, configuration: CacheConfiguration = CacheConfiguration(), encoder: EncoderIdentity?,
    verifier: HitVerifier? = nil, indexPath: String? = nil,
    clock: @escaping @Sendable () -> Int64 = { SystemClock.monotonicNanoseconds },
    at now: Timestamp
  ) throws -> ResponseCache {
    guard let encoder else {
      let cache = ResponseCache(
        store: store, configuration: configuration, encoder: nil, index: nil, ignoredVectors: 0)
      try cache.adoptEviction()
      return cache
    }
    var notice: String?
    if encoder.dimension > GraphIndex.mostDimension {
      notice =
        "the encoder's vectors have \(encoder.dimension) numbers, an index on disk takes at most "
        + "\(GraphIndex.mostDimension): use another encoder"
    } else if let indexPath {
      do {
        let settings = DurableIndex.Settings(
          path: indexPath, encoder: encoder.fingerprint, dimension: encoder.dimension,
          maximumBytes: Int(clamping: configuration.byteBudget), clock: clock)
        let cache = ResponseCache(
          store: store, configuration: configuration, encoder: encoder.fingerprint,
          index: try DurableIndex(settings, store: store), ignoredVectors: 0, verifier: verifier)
        try cache.adoptEviction()
        return cache
      } catch let failure as PageFileFailure {
        notice = failure.message
      }
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
      store: store, configuration: configuration, encoder: encoder.fingerprint, index: index, ignoredVectors: ignored,
      indexNotice: notice, verifier: verifier)
    try cache.adoptEviction()
    return cache
  }
}
