internal import Dispatch
internal import Synchronization
package import WeirStore
package import WeirVectorIndex

/// The graph on disk, kept up to the database by one thread of its own.
///
/// A vector that was stored is found at once: until the graph has taken it in, among `recent` ones that are compared one
/// by one. What the graph takes in comes from the database's log of changes alone, whoever made them, so nothing depends
/// on when this process ends: the file holds the state of some moment, and the log what came later.
package final class DurableIndex: VectorIndex {
  package struct Settings: Sendable {
    package var path: String
    /// Fingerprint of the encoder, in hexadecimal.
    package var encoder: String
    package var dimension: Int
    package var maximumBytes: Int
    package var options = GraphOptions()
    /// Vectors that wait for the graph and can be found meanwhile; beyond, the oldest are found a moment later.
    package var recentCapacity = 2048
    /// Changes after which the file is written.
    package var changesPerCheckpoint = 4096
    /// Nanoseconds between two looks for changes of other processes.
    package var lookInterval: Int64 = 1_000_000_000
    /// A monotonic clock, nanoseconds.
    package var clock: @Sendable () -> Int64

    package init(
      path: String, encoder: String, dimension: Int, maximumBytes: Int, clock: @escaping @Sendable () -> Int64
    ) {
      self.path = path
      self.encoder = encoder
      self.dimension = dimension
      self.maximumBytes = maximumBytes
      self.clock = clock
    }
  }

  package var dimension: Int { settings.dimension }
  let settings: Settings
  let store: Store
  let recent: ExactIndex
  let state: Mutex<State>
  private let graph: Mutex<GraphIndex?>
  private let queue = DispatchQueue(label: "weir.index", qos: .utility)
  /// Left when the index has caught up for the first time.
  private let beginning = DispatchGroup()
  private let hasBegun = Atomic<Bool>(false)

  struct State: Sendable {
    var isScheduled = false
    var isClosed = false
    var lastLook: Int64 = 0
    var report = IndexReport()
    var unsavedChanges = 0
  }

  /// Opens the file or begins a new one; throws where this process cannot own it.
  package init(_ settings: Settings, store: Store) throws(PageFileFailure) {
    self.settings = settings
    self.store = store
    recent = ExactIndex(dimension: settings.dimension, capacity: settings.recentCapacity)
    graph = Mutex(try DurableIndex.openGraph(settings))
    state = Mutex(State())
    beginning.enter()
    queue.async { [self] in
      catchUp()
      beginning.leave()
    }
  }

  static func openGraph(_ settings: Settings) throws(PageFileFailure) -> GraphIndex {
    let graph = try GraphIndex(
      path: settings.path, fingerprint: fingerprint(settings.encoder), dimension: settings.dimension,
      maximumBytes: settings.maximumBytes, options: settings.options)
    // A new file lacks what the log no longer tells.
    if graph.start != .continued { graph.setRebuildPosition(1) }
    return graph
  }

  /// 32 bytes; what is no fingerprint in hexadecimal is taken letter by letter.
  private static func fingerprint(_ text: String) -> [UInt8] {
    if let bytes = Hexadecimal.read(text.lowercased()), bytes.count == 32 { return bytes }
    return Array((Array(text.utf8) + Array(repeating: 0, count: 32)).prefix(32))
  }

  /// The graph, which is nil for the moment in which a damaged one is replaced.
  var current: GraphIndex? {
    get { graph.withLock { $0 } }
    set { graph.withLock { $0 = newValue } }
  }

  // MARK: VectorIndex

  package var count: Int { (current?.count ?? 0) + recent.count }

  package func insert(_ id: Int64, partition: PartitionKey, vector: [Float]) throws -> [Int64] {
    try recent.insert(id, partition: partition, vector: vector)
    // The index's thread may have read it from the log before.
    if current?.contains(id) == true { recent.remove(id) }
    wake()
    return []
  }

  package func remove(_ id: Int64) -> Bool {
    defer { wake() }
    return recent.remove(id)
  }

  package func search(partition: PartitionKey, query: [Float], count: Int) throws -> [VectorMatch] {
    lookForOthers()
    if !hasBegun.load(ordering: .relaxed) {
      // What an earlier run stored last is a moment away; a rebuild takes longer and is not waited for.
      _ = beginning.wait(timeout: .now() + .milliseconds(50))
      hasBegun.store(true, ordering: .relaxed)
    }
    // Those that wait first: what moves into the graph meanwhile is in both, and not in neither.
    let waiting = recent.count == 0 ? [] : try recent.search(partition: partition, query: query, count: count)
    let found = try current?.search(partition: partition, query: query, count: count) ?? []
    if waiting.isEmpty { return found }
    let known = Set(waiting.map(\.id))
    return (waiting + found.filter { !known.contains($0.id) })
      .sorted { ($0.similarity, $1.id) > ($1.similarity, $0.id) }.prefix(count).map { $0 }
  }

  // MARK: Keeping up

  /// Lets the index's thread look at the log soon.
  func wake() {
    let starts = state.withLock { state in
      if state.isScheduled || state.isClosed { return false }
      state.isScheduled = true
      return true
    }
    guard starts else { return }
    queue.async { [weak self] in
      guard let self else { return }
      self.state.withLock { $0.isScheduled = false }
      self.catchUp()
    }
  }

  private func lookForOthers() {
    let now = settings.clock()
    let isDue = state.withLock { state in
      guard now - state.lastLook >= settings.lookInterval else { return false }
      state.lastLook = now
      return true
    }
    if isDue { wake() }
  }

  /// Waits until all changes that are committed now are in the graph.
  package func flush() {
    queue.sync { catchUp() }
  }

  /// Writes the file where enough has changed since; the rest stays in the log for the next opening.
  package func close() {
    state.withLock { $0.isClosed = true }
    queue.sync {
      if state.withLock({ $0.unsavedChanges }) >= settings.changesPerCheckpoint / 16 { save() }
      current = nil
    }
  }

  func onQueue<Value>(_ body: () throws -> Value) rethrows -> Value { try queue.sync(execute: body) }

  /// Writes the file now.
  package func saveNow() {
    queue.sync {
      catchUp()
      save()
    }
  }

  package var report: IndexReport {
    var report = state.withLock { $0.report }
    report.waiting = recent.count
    if let graph = current {
      report.vectors = graph.count
      report.removed = graph.removedCount
      report.fileBytes = graph.fileBytes
      report.isRebuilding = graph.rebuildPosition > 0
      report.isDamaged = graph.isDamaged
    }
    return report
  }
}

/// How the index is.
package struct IndexReport: Sendable, Hashable {
  package var vectors = 0
  /// Removed vectors whose places were not given back yet.
  package var removed = 0
  /// Stored, and not in the graph yet.
  package var waiting = 0
  package var fileBytes = 0
  /// Whether a damaged page was met; the index will be made anew.
  package var isDamaged = false
  package var isRebuilding = false
  /// Vectors that a rebuild has taken in.
  package var rebuilt = 0
  /// Vectors for which the file has no room: only the exact tier serves their answers.
  package var refused = 0
  /// Vectors of other encoders, and damaged ones.
  package var ignored = 0
  /// Why the index does not keep up with the database, and why its file is not written; nil where nothing is wrong.
  package var problem: String?
  package var saveProblem: String?

  package init() {}
}
