import Foundation
import WeirCache
import WeirDomain
import WeirStore
import WeirVectorIndex

/// A prompt that may have an answer; the numbers make vectors that lie far apart.
struct EntryName: Hashable {
  var tenant: String
  var number: Int

  static let tenants = ["a", "b", "c"]
  /// The last tenant is small, so that its partition is scanned.
  static func numbers(of tenant: String) -> Int { tenant == "c" ? 20 : 400 }

  init(tenant: String, number: Int) { (self.tenant, self.number) = (tenant, number) }

  init(_ random: inout SplitMix64) {
    tenant = Self.tenants.randomElement(using: &random) ?? "a"
    number = Int.random(in: 0..<Self.numbers(of: tenant), using: &random)
  }

  init?(_ words: some Collection<Substring>) {
    let words = Array(words)
    guard words.count >= 2, let number = Int(words[1]) else { return nil }
    self.init(tenant: String(words[0]), number: number)
  }

  var words: String { "\(tenant) \(number)" }

  var plan: CachePlan {
    CachePlan(
      RouteRequest(
        id: "r", messages: [ChatMessage(role: .user, content: "how do I feed \(number) cats")], tenant: tenant))
  }

  var embedding: Embedding {
    var random = SplitMix64(seed: UInt64(number) &* 3 &+ UInt64(tenant.utf8.first ?? 0) << 32)
    let values = (0..<CacheState.dimension).map { _ in Float.random(in: -1...1, using: &random) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return Embedding(values: values.map { $0 / length }, encoder: CacheState.encoder)
  }
}

/// The cache's database and its index, opened as a process opens them, and the index brought up to the database.
struct CacheState {
  static let dimension = 32
  static let encoder = String(repeating: "ab", count: 32)
  static let indexBytes = 64 << 20

  let store: Store
  let cache: ResponseCache
  /// Nil where the cache keeps its index itself.
  let graph: GraphIndex?

  init(folder: URL, isWired: Bool, at now: Timestamp) throws {
    store = try Store.open(
      path: folder.appendingPathComponent("weir.sqlite").path, migrations: ResponseCache.migrations)
    let indexPath = folder.appendingPathComponent("index.weir").path
    cache = try ResponseCache.open(
      store: store, encoder: ResponseCache.EncoderIdentity(fingerprint: Self.encoder, dimension: Self.dimension),
      indexPath: isWired ? indexPath : nil, at: now)
    if let notice = cache.indexNotice { throw Broken(what: notice) }
    if isWired {
      graph = nil
    } else {
      var options = GraphOptions()
      options.scanLimit = 64
      graph = try GraphIndex(
        path: indexPath, fingerprint: [UInt8](repeating: 0xAB, count: 32), dimension: Self.dimension,
        maximumBytes: Self.indexBytes, options: options)
    }
  }

  /// Lets go of the files.
  func close() {
    cache.close()
    try? store.close()
  }

  /// Takes in what the log has; throws where the log does not reach back to what the index holds.
  func follow() throws {
    guard let index = graph else { return cache.flushIndex() }
    if index.start != .continued, index.appliedSequence == 0 { try fill(index) }
    while true {
      let (extent, changes) = try store.read { transaction in
        (
          try ResponseCache.logExtent(in: transaction),
          try ResponseCache.changes(after: index.appliedSequence, limit: 500, in: transaction)
        )
      }
      guard index.appliedSequence <= extent.last else {
        throw Broken(what: "the index has taken in \(index.appliedSequence), the database has \(extent.last)")
      }
      if let first = extent.first, first > index.appliedSequence + 1 {
        throw Broken(what: "the index has taken in \(index.appliedSequence), the log begins at \(first)")
      }
      if changes.isEmpty { return }
      for change in changes {
        if let vector = change.vector, let values = VectorBytes.read(vector.bytes) {
          try index.insert(change.entryID, partition: PartitionKey(vector.partition), vector: values)
        } else {
          try index.remove(change.entryID)
        }
        index.setAppliedSequence(change.sequence)
      }
    }
  }

  /// Reads all vectors: the log may have been cut before an index that is new.
  private func fill(_ index: GraphIndex) throws {
    let last = try store.read { transaction in
      try ResponseCache.vectors(after: 0, limit: .max, in: transaction) { id, vector in
        guard let values = VectorBytes.read(vector.bytes) else { return }
        try index.insert(id, partition: PartitionKey(vector.partition), vector: values)
      }
      return try ResponseCache.logExtent(in: transaction).last
    }
    index.setAppliedSequence(last)
  }

  /// Makes the index durable, and only then forgets the log's rows that it has taken in.
  func checkpoint() throws {
    guard let index = graph else { return cache.saveIndex() }
    // A power failure may take commits that are not in the file yet, and the index must not know of them.
    try store.synchronize()
    try index.checkpoint()
    let applied = index.appliedSequence
    try store.write { transaction in _ = try ResponseCache.trimChanges(through: applied, in: transaction) }
  }
}
