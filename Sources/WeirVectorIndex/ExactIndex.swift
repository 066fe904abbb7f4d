internal import Synchronization

/// Compares the query with every vector of the partition: the exact answer, and the oracle of faster indexes.
///
/// A search takes time in proportion to its partition: with 384 numbers each, 0.4 ms for 10 000 vectors and 3.9 ms for
/// 50 000 (one Zen 5 core, baseline x86-64 code). It copies references under the lock and computes outside of it, so
/// that searches neither wait for each other nor for a writer's work. Beyond `capacity` the oldest vectors leave.
package final class ExactIndex: VectorIndex {
  package let dimension: Int
  /// Most vectors that are kept, in all partitions.
  package let capacity: Int
  private let lanesPerVector: Int
  private let state: Mutex<State>

  private struct State {
    var partitions: [PartitionKey: VectorPartition] = [:]
    /// Where each id is, and its age: the entry of `arrivals` that is still valid for it.
    var places: [Int64: Place] = [:]
    /// Ids by age; an entry whose arrival number is no longer the id's own is passed over.
    var arrivals: ArrivalQueue = ArrivalQueue()
  }

  private struct Place {
    var partition: PartitionKey
    var slot: Int
    var arrival: Int64
  }

  package init(dimension: Int, capacity: Int) {
    precondition(dimension > 0 && capacity > 0, "an index has a dimension and a capacity of at least 1")
    self.dimension = dimension
    self.capacity = capacity
    lanesPerVector = (dimension + VectorChunk.Lane.scalarCount - 1) / VectorChunk.Lane.scalarCount
    state = Mutex(State())
  }

  package var count: Int {
    state.withLock { $0.places.count }
  }

  @discardableResult
  package func insert(
    _ id: Int64, partition: PartitionKey, vector: [Float]
  ) throws(VectorIndexFailure) -> [Int64] {
    let lanes = try checked(vector)
    return state.withLock { state in
      _ = remove(id, from: &state)
      var evicted: [Int64] = []
      while state.places.count >= capacity, let oldest = oldest(in: &state) {
        _ = remove(oldest, from: &state)
        evicted.append(oldest)
      }
      let slot = state.partitions[partition, default: VectorPartition(lanesPerVector: lanesPerVector)]
        .append(id, lanes)
      state.places[id] = Place(partition: partition, slot: slot, arrival: state.arrivals.append(id))
      return evicted
    }
  }

  @discardableResult
  package func remove(_ id: Int64) -> Bool {
    state.withLock { remove(id, from: &$0) }
  }

  package func search(
    partition: PartitionKey, query: [Float], count: Int
  ) throws(VectorIndexFailure) -> [VectorMatch] {
    let lanes = try checked(query)
    guard count > 0, let partition = state.withLock({ $0.partitions[partition] }) else { return [] }
    return partition.nearest(to: lanes, count: count)
  }

  private func checked(_ vector: [Float]) throws(VectorIndexFailure) -> [VectorChunk.Lane] {
    guard vector.count == dimension else { throw .dimension(found: vector.count, expected: dimension) }
    let squaredLength = vector.reduce(Float(0)) { $0 + $1 * $1 }
    // Encoders leave rounding errors of about 1e-6; the bound catches vectors that nobody normalised.
    guard abs(squaredLength - 1) < 1e-2 else { throw .notUnitLength(squaredLength: squaredLength) }
    return VectorChunk.lanes(of: vector)
  }

  private func remove(_ id: Int64, from state: inout State) -> Bool {
    guard let place = state.places.removeValue(forKey: id) else { return false }
    guard let moved = state.partitions[place.partition]?.remove(slot: place.slot) else {
      preconditionFailure("a vector's place names a partition that does not exist")
    }
    if moved != id { state.places[moved]?.slot = place.slot }
    if state.partitions[place.partition]?.count == 0 { state.partitions[place.partition] = nil }
    state.arrivals.noteRemoval { number, id in state.places[id]?.arrival == number }
    return true
  }

  private func oldest(in state: inout State) -> Int64? {
    state.arrivals.first { number, id in state.places[id]?.arrival == number }
  }
}
