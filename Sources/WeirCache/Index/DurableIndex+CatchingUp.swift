internal import Synchronization
internal import WeirDomain
internal import WeirFiles
internal import WeirStore
internal import WeirVectorIndex

/// What the index's own thread does.
extension DurableIndex {
  private static let batch = 256

  /// Takes in what the log tells, or all vectors where the file is new; ends when there is nothing left to take in.
  func catchUp() {
    do {
      while !state.withLock({ $0.isClosed }) {
        switch try attempt() {
        case .more: continue
        case .useless: try startAnew()
        case .done:
          state.withLock { $0.report.problem = nil }
          return
        }
      }
    } catch {
      // Tried again with the next change; until then the exact tier and what the graph has serve.
      let problem = DurableIndex.sentence(error)
      state.withLock { $0.report.problem = problem }
    }
  }

  private struct Unusable: Error {}

  private enum Advance {
    case more, done
    /// The file is damaged, or of another database or another time.
    case useless
  }

  private func attempt() throws -> Advance {
    do { return try advance() } catch is Unusable { return .useless }
  }

  /// Takes in one batch.
  private func advance() throws -> Advance {
    guard let graph = current else { return .useless }
    if graph.isDamaged { return .useless }
    if graph.rebuildPosition > 0 {
      try rebuild(graph)
      return .more
    }
    let applied = graph.appliedSequence
    let (ends, changes) = try store.read { transaction in
      (
        try ResponseCache.logEnds(in: transaction),
        try ResponseCache.changes(after: applied, limit: DurableIndex.batch, in: transaction)
      )
    }
    // Rows that were forgotten before this file took them in cannot be made up for.
    if applied > ends.last || applied < ends.last && (ends.first ?? .max) > applied + 1 { return .useless }
    guard let last = changes.last else { return .done }
    for change in changes {
      if let vector = change.vector {
        try take(change.entryID, vector, graph)
      } else {
        try graph.remove(change.entryID)
      }
      recent.remove(change.entryID)
    }
    graph.setAppliedSequence(last.sequence)
    if note(changes: changes.count) >= settings.changesPerCheckpoint { save() }
    return .more
  }

  /// Reads a batch of all vectors; the last batch ends the rebuild.
  private func rebuild(_ graph: GraphIndex) throws {
    let position = graph.rebuildPosition
    var batch: [(id: Int64, vector: ResponseCache.StoredVector)] = []
    let last = try store.read { transaction in
      try ResponseCache.vectors(after: position - 1, limit: DurableIndex.batch, in: transaction) { id, vector in
        batch.append((id, vector))
      }
      return try ResponseCache.logEnds(in: transaction).last
    }
    // Changes from here on are repeated when all is read: to repeat one is harmless.
    if position == 1 { graph.setAppliedSequence(last) }
    for (id, vector) in batch {
      try take(id, vector, graph)
      recent.remove(id)
    }
    graph.setRebuildPosition(batch.last.map { $0.id + 1 } ?? 0)
    let taken = batch.count
    state.withLock { $0.report.rebuilt += taken }
    if batch.isEmpty || note(changes: taken) >= settings.changesPerCheckpoint { save() }
  }

  private func take(_ id: Int64, _ vector: ResponseCache.StoredVector, _ graph: GraphIndex) throws {
    guard vector.encoder == settings.encoder, vector.partition.count == 32,
      let values = VectorBytes.read(vector.bytes)
    else { return state.withLock { $0.report.ignored += 1 } }
    do {
      try graph.insert(id, partition: PartitionKey(vector.partition), vector: values)
    } catch PageFileFailure.full {
      state.withLock { $0.report.refused += 1 }
    } catch PageFileFailure.damaged where !graph.isDamaged {
      // Numbers that lead nowhere in pages that are whole.
      throw Unusable()
    } catch is VectorIndexFailure {
      state.withLock { $0.report.ignored += 1 }
    }
  }

  private func note(changes: Int) -> Int {
    state.withLock { state in
      state.unsavedChanges += changes
      return state.unsavedChanges
    }
  }

  /// Makes the file durable, and then forgets the part of the log that it holds.
  func save() {
    guard let graph = current else { return }
    var problem: String?
    do {
      let applied = graph.appliedSequence
      // What the file holds must not be newer than what the database keeps after a loss of power.
      try store.synchronize()
      try graph.checkpoint()
      if graph.rebuildPosition == 0 {
        try store.write { transaction in _ = try ResponseCache.trimChanges(through: applied, in: transaction) }
      }
    } catch {
      problem = DurableIndex.sentence(error)
    }
    state.withLock { state in
      state.report.saveProblem = problem
      // After a failure not at once again: a full disk does not empty itself.
      state.unsavedChanges = 0
    }
  }

  static func sentence(_ error: any Error) -> String { (error as? any WeirFailure)?.message ?? "\(type(of: error))" }

  /// Replaces the file. Until the new one has taken everything in, what it lacks is a miss.
  private func startAnew() throws {
    weak let old = current
    current = nil
    // Searches that are under way end within a moment; the file's lock goes with the last of them.
    while old != nil { Pause.milliseconds(1) }
    for attempt in 0... {
      do throws(PageFileFailure) {
        GraphIndex.removeFiles(at: settings.path)
        current = try DurableIndex.openGraph(settings)
        break
      } catch {
        guard case .inUse = error, attempt < 100 else { throw error }
        Pause.milliseconds(1)
      }
    }
    state.withLock { $0.report.rebuilt = 0 }
  }

  /// Compares the index with the database, entry by entry; the differences in words, empty where there are none.
  package func problems() throws -> [String] {
    try onQueue {
      catchUp()
      return try differences()
    }
  }

  private func differences() throws -> [String] {
    guard let graph = current else { return ["the index is being replaced"] }
    var problems = graph.brokenInvariants()
    var stored = 0
    var position: Int64 = 0
    while true {
      var ids: [Int64] = []
      var last = position
      try store.read { transaction in
        try ResponseCache.vectors(after: position, limit: 4096, in: transaction) { id, vector in
          if vector.encoder == settings.encoder { ids.append(id) }
          last = id
        }
      }
      if last == position { break }
      position = last
      stored += ids.count
      for id in ids where !graph.contains(id) { problems.append("entry \(id) is not in the index") }
    }
    let report = report
    if graph.count > stored { problems.append("the index holds \(graph.count) vectors, the database \(stored)") }
    problems += [report.problem, report.saveProblem].compactMap { $0 }
    return problems
  }
}
