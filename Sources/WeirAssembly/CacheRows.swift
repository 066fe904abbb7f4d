package import WeirCache
package import WeirConfiguration
package import WeirStore
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles

/// A node's cache as commands see it: the rows, without models, and without an index unless it is asked for.
package struct CacheRows: Sendable {
  package let store: Store
  package let cache: ResponseCache
  /// The encoder whose vectors the cache compares; nil where it was not asked for.
  package let encoder: ResponseCache.EncoderIdentity?
  private let state: String

  /// Opens the database of a node that has routed before, or with `creates` a new one.
  ///
  /// `withIndex` opens the index on disk too, and lets it take in what it lacks; `cache.indexNotice` says where another
  /// process owns it.
  package init(
    _ configuration: Configuration, creates: Bool = false, withEncoder: Bool = false, withIndex: Bool = false
  ) throws {
    state = configuration.node.state
    if withEncoder, configuration.cache.semantic {
      let encoder = try ModelBundle(configuration).openEncoder()
      self.encoder = .init(fingerprint: encoder.fingerprint, dimension: encoder.shape.width)
    } else {
      encoder = nil
    }
    store = try creates ? Node.openStore(configuration) : Node.openExistingStore(configuration)
    var settings = CacheConfiguration(configuration.cache)
    // A command never orders anew what a node keeps in its own order.
    settings.eviction = try ResponseCache.storedEviction(in: store) ?? settings.eviction
    cache =
      withIndex
      ? try ResponseCache.open(
        store: store, configuration: settings, encoder: encoder, indexPath: "\(state)/index.weir",
        at: Timestamp(milliseconds: SystemClock.utcMilliseconds))
      : try ResponseCache.openRows(store: store, configuration: settings, encoder: encoder)
  }

  package func close() throws {
    cache.close()
    try store.close()
  }

  /// Bytes of the files of a state folder: the database, its write-ahead log, the index.
  package struct Files: Sendable, Hashable {
    package var database = 0
    package var log = 0
    package var index = 0
  }

  package func files() -> Files {
    func size(_ name: String) -> Int { (try? FileFacts(of: "\(state)/\(name)"))?.size ?? 0 }
    return Files(
      database: size("weir.sqlite"), log: size("weir.sqlite-wal"),
      index: size("index.weir") + size("index.weir-journal"))
  }

  /// Free disk beside the database.
  package func freeBytes() throws -> Int64 { Int64(clamping: try DiskSpace.free(at: state)) }
}
