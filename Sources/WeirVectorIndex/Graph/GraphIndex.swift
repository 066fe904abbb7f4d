internal import Glibc
internal import Synchronization
internal import WeirDomain
internal import WeirTensor

/// Nearest neighbours on disk: a hierarchical navigable small-world graph (HNSW) over int8 codes in one mapped file,
/// with a graph of its own for each partition.
///
/// Similarities are of codes that were rounded with a scale for each vector: they differ from the exact ones by about
/// 0.002, and whoever decides by a threshold computes the exact one of what is found. Searches take no lock and do not wait for changes; changes
/// wait for each other. What was changed is in memory until `checkpoint`: the caller repeats what was changed since, from
/// `appliedSequence` on.
// @unchecked Sendable because changes hold `writer`, and readers use words of the mapping that they check.
package final class GraphIndex: VectorIndex, @unchecked Sendable {
  package let dimension: Int
  package let options: GraphOptions
  let memory: GraphMemory
  let root: GraphRoot
  let lists: GraphLists
  let towers: GraphTowers
  let members: GraphMembers
  let kernels = Kernels.active
  let slots: PageTable
  let partitions: PageTable
  let scratches: ScratchPool
  private let writer = Mutex<Void>(())
  private let wasDamaged = Flag()

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }
  /// Of the writer: a stored vector as one side of products.
  let stored: CodeQuery

  /// The longest vector that an index takes.
  package static let mostDimension = CodeQuery.mostDimension
  /// A node of more layers than this is as good as one of this many.
  static let maximumHeight = 8
  /// Numbers of nodes are below 2^28, so that a tower's layer fits beside one.
  private static let mostPages = 1 << 22
  private static let leastPages = 256

  /// Opens or begins the index of one encoder.
  ///
  /// `fingerprint` is the encoder's, 32 bytes; a file of another encoder is replaced. `start` says whether the index
  /// has to be filled again. `seed` keeps keys from being chosen so that they collide.
  package init(
    path: String, fingerprint: [UInt8], dimension: Int, maximumBytes: Int, options: GraphOptions = GraphOptions(),
    seed: UInt64 = .random(in: .min ... .max)
  ) throws(PageFileFailure) {
    let layout = GraphLayout(dimension: dimension)
    let file = try PageFile.open(
      path: path,
      identity: PageFileIdentity(
        encoder: fingerprint, dimension: dimension, format: GraphIndex.format, pageBytes: layout.pageBytes),
      maximumPages: min(max(GraphIndex.leastPages, maximumBytes / layout.pageBytes), GraphIndex.mostPages),
      onDamage: { [wasDamaged] _ in wasDamaged.isSet.store(true, ordering: .relaxed) })
    self.dimension = dimension
    self.options = options
    memory = GraphMemory(file: file, layout: layout)
    root = GraphRoot(memory)
    if file.start != .continued { root.initialize() }
    lists = GraphLists(memory: memory, root: root)
    towers = GraphTowers(memory: memory)
    members = GraphMembers(memory: memory)
    scratches = ScratchPool(dimension: dimension)
    stored = CodeQuery(dimension: dimension)
    if file.start != .continued {
      root.setTable(0, UInt32(try PageTable.create(in: file, seed: seed).head))
      root.setTable(1, UInt32(try PageTable.create(in: file, seed: ~seed).head))
    }
    slots = PageTable(file: file, head: Int(root.table(0)))
    partitions = PageTable(file: file, head: Int(root.table(1)))
  }

  /// The version of the pages' contents.
  private static let format: UInt32 = 1

  /// How the file began: whether it has to be filled again, and why.
  package var start: PageFileStart { memory.file.start }
  package var count: Int { root.live }
  /// Removed vectors whose places were not given back yet.
  package var removedCount: Int { root.dead }
  package var fileBytes: Int { memory.pageCount * memory.layout.pageBytes }
  /// Whether a damaged page was ever met: something is not found any more, and the index is to be made anew.
  package var isDamaged: Bool { wasDamaged.isSet.load(ordering: .relaxed) }
  /// Pages that differ from the file.
  package var unsavedPages: Int { memory.file.dirtyPages }

  /// The last change of the database that the index has taken in; what came later has to be repeated.
  package var appliedSequence: Int64 { root.appliedSequence }
  /// While a rebuild is under way: the last entry that it has read. Else 0.
  package var rebuildPosition: Int64 { root.rebuildPosition }

  package func setAppliedSequence(_ sequence: Int64) { writer.withLock { _ in root.setAppliedSequence(sequence) } }
  package func setRebuildPosition(_ id: Int64) { writer.withLock { _ in root.setRebuildPosition(id) } }

  package func contains(_ id: Int64) -> Bool {
    slots.value(for: UInt64(bitPattern: id)).map { memory.isSlot($0) && memory.id($0) == id } ?? false
  }

  /// Deletes an index that nobody has open, with all that belongs to it.
  package static func removeFiles(at path: String) {
    for suffix in ["", "-journal"] { unsafe unlink(path + suffix) }
  }

  /// Makes everything up to now durable, all of it or nothing.
  package func checkpoint() throws(PageFileFailure) {
    try changing { () throws(PageFileFailure) in try memory.file.checkpoint() }
  }

  // MARK: Changes

  @discardableResult
  package func insert(_ id: Int64, partition: PartitionKey, vector: [Float]) throws -> [Int64] {
    try check(vector)
    precondition(id > 0, "ids are above zero, found \(id)")
    try changing { () throws(PageFileFailure) in
      try take(id)
      try sweepIfDue()
      try makeRoom()
      try add(id, partition, vector)
    }
    return []
  }

  /// Throws `full` before anything is changed, as far as can be told: pages are never given back, but places are.
  private func makeRoom() throws(PageFileFailure) {
    func check() throws(PageFileFailure) { try memory.file.checkRoom(for: root.freeSlots > 0 ? 8 : 64) }
    do throws(PageFileFailure) { try check() } catch {
      guard root.dead > 0 else { throw error }
      try sweep()
      try check()
    }
  }

  /// False when there was no such id.
  @discardableResult
  package func remove(_ id: Int64) throws -> Bool {
    var isFound = false
    try changing { () throws(PageFileFailure) in isFound = try take(id) }
    return isFound
  }

  /// Repairs links and gives places back now, whatever share was removed.
  package func sweepNow() throws(PageFileFailure) {
    try changing { () throws(PageFileFailure) in try sweep() }
  }

  private func changing(_ body: () throws(PageFileFailure) -> Void) throws(PageFileFailure) {
    let result = writer.withLock { _ in Result { () throws(PageFileFailure) in try body() } }
    try result.get()
  }

  private func sweepIfDue() throws(PageFileFailure) {
    let (dead, live) = (root.dead, root.live)
    if dead > 64, Double(dead) > Double(dead + live) * options.sweepShare { try sweep() }
  }

  private func add(_ id: Int64, _ key: PartitionKey, _ vector: [Float]) throws(PageFileFailure) {
    let partition = try self.partition(key)
    let slot = try lists.takeSlot()
    do throws(PageFileFailure) {
      try slots.setValue(slot, for: UInt64(bitPattern: id))
      try members.append(slot, to: partition, lists)
    } catch {
      _ = try? slots.removeValue(for: UInt64(bitPattern: id))
      lists.giveSlot(slot)
      throw error
    }
    memory.setPartition(GraphLayout.none, slot)
    unsafe memory.setScale(kernels.storeCodes(of: vector.span, into: memory.codes(of: slot)), slot)
    memory.setPartition(partition.number, slot)
    memory.setID(id, slot)
    partition.setLive(partition.live + 1)
    root.setLive(root.live + 1)
    let nodes = makeNodes(slot, height: GraphIndex.height(id))
    scratches.with { scratch in
      scratch.query.assign(vector.span)
      join(nodes, partition, scratch)
    }
  }

  /// Removes a vector; the writer's lock is held.
  @discardableResult
  private func take(_ id: Int64) throws(PageFileFailure) -> Bool {
    guard let slot = slots.value(for: UInt64(bitPattern: id)), memory.isSlot(slot), memory.id(slot) == id else {
      return false
    }
    try slots.removeValue(for: UInt64(bitPattern: id))
    memory.setID(0, slot)
    root.setLive(root.live - 1)
    root.setDead(root.dead + 1)
    if let partition = GraphPartition(memory, memory.partition(slot)) {
      partition.setLive(partition.live - 1)
      partition.setDead(partition.dead + 1)
    }
    return true
  }

  /// The partition of the key, which is made where there is none.
  private func partition(_ key: PartitionKey) throws(PageFileFailure) -> GraphPartition {
    if let found = find(key) { return found }
    let number = try lists.take(.partitions)
    guard let partition = GraphPartition(memory, number) else {
      preconditionFailure("a new record of a partition is one")
    }
    partition.setKey(key)
    partition.setLive(0)
    partition.setDead(0)
    partition.setEntry(GraphLayout.none, height: 0)
    partition.setChunks(first: GraphLayout.none, last: GraphLayout.none)
    try partitions.setValue(number, for: GraphIndex.code(of: key))
    return partition
  }

  func find(_ key: PartitionKey) -> GraphPartition? {
    guard let number = partitions.value(for: GraphIndex.code(of: key)), let partition = GraphPartition(memory, number),
      partition.key == key
    else { return nil }
    return partition
  }

  /// What the table of partitions knows a key by; the record has all of it.
  static func code(of key: PartitionKey) -> UInt64 {
    [key.words.1, key.words.2, key.words.3].reduce(key.words.0) { ($0 ^ $0 >> 29) &* 0x9E37_79B9_7F4A_7C15 ^ $1 }
  }

  /// Layers above the lowest: each next one has a sixteenth of the nodes (of those of a partition, in the mean).
  static func height(_ id: Int64) -> Int {
    var random = SplitMix64(seed: UInt64(bitPattern: id))
    return min(random.next().leadingZeroBitCount / 4, maximumHeight)
  }

  // MARK: Searches

  package func search(partition: PartitionKey, query: [Float], count: Int) throws -> [VectorMatch] {
    try search(partition: partition, query: query, count: count, width: nil)
  }

  /// `width` is how many candidates the walk keeps: more find more and take longer.
  package func search(
    partition key: PartitionKey, query: [Float], count: Int, width: Int?
  ) throws(VectorIndexFailure) -> [VectorMatch] {
    try check(query)
    guard count > 0, let partition = find(key) else { return [] }
    return scratches.with { scratch in
      scratch.query.assign(query.span)
      if partition.nodes <= options.scanLimit {
        scan(partition, count: count, scratch)
      } else {
        walk(partition, width: max(count, width ?? options.searchWidth), scratch)
      }
      var matches: [VectorMatch] = []
      matches.reserveCapacity(count)
      for index in 0..<scratch.candidates.count where matches.count < count {
        let candidate = scratch.candidates[index]
        if candidate.isRemoved { continue }
        let id = memory.id(candidate.node)
        // A scan may pass a vector twice while members are moved.
        if id > 0, memory.partition(candidate.node) == partition.number, !matches.contains(where: { $0.id == id }) {
          matches.append(VectorMatch(id: id, similarity: max(-1, min(1, candidate.similarity))))
        }
      }
      // A partition that was forgotten meanwhile has a record of another, or of none.
      atomicMemoryFence(ordering: .acquiring)
      return partition.key == key ? matches.sorted { ($0.similarity, $1.id) > ($1.similarity, $0.id) } : []
    }
  }

  private func walk(_ partition: GraphPartition, width: Int, _ scratch: SearchScratch) {
    scratch.candidates.reset(width: 1)
    let entry = partition.entry
    guard let start = descend(to: min(1, entry.height), from: entry, partition: partition.number, scratch)
    else { return }
    // The layer above the lowest is walked as widely: from one place to begin, a walk may miss a whole cluster.
    var starts = [start]
    if entry.height > 0 {
      let layer = TowerLayer(towers: towers)
      walk(layer, from: starts, partition: partition.number, width: width, scratch)
      starts = (0..<scratch.candidates.count).map { towers.below(scratch.candidates[$0].node) }
    }
    walk(BaseLayer(memory: memory), from: starts, partition: partition.number, width: width, scratch)
  }

  func check(_ vector: [Float]) throws(VectorIndexFailure) {
    guard vector.count == dimension else { throw .dimension(found: vector.count, expected: dimension) }
    let squaredLength = vector.reduce(Float(0)) { $0 + $1 * $1 }
    guard abs(squaredLength - 1) < 1e-2 else { throw .notUnitLength(squaredLength: squaredLength) }
  }
}
