/// The vectors of each partition as a chain of chunks, for scans: a chunk is one cache line of up to 14 slots.
///
/// Slots of removed vectors stay until the next sweep; whoever reads checks each.
@safe
struct GraphMembers {
  let memory: GraphMemory

  func append(_ slot: UInt32, to partition: GraphPartition, _ lists: GraphLists) throws(PageFileFailure) {
    let last = partition.lastChunk
    if last != GraphLayout.none, contains(last), count(last) < GraphLayout.chunkSlots {
      let count = count(last)
      set(last, count, slot)
      setCount(last, count + 1)
      return
    }
    let chunk = try lists.take(.members)
    setNext(chunk, GraphLayout.none)
    set(chunk, 0, slot)
    setCount(chunk, 1)
    if last != GraphLayout.none, contains(last) {
      setNext(last, chunk)
      partition.setChunks(first: partition.firstChunk, last: chunk)
    } else {
      partition.setChunks(first: chunk, last: chunk)
    }
  }

  /// Passes each slot once; at most `limit`, so that a chain which a writer changes meanwhile ends as well.
  @inline(__always)
  func forEach(in partition: GraphPartition, limit: Int, _ body: (UInt32) -> Void) {
    var chunk = partition.firstChunk
    var left = limit
    while chunk != GraphLayout.none, contains(chunk), left > 0 {
      let count = min(count(chunk), GraphLayout.chunkSlots, left)
      for index in 0..<count { body(slot(chunk, index)) }
      left -= max(count, 1)
      chunk = next(chunk)
    }
  }

  /// Keeps the slots that `isKept` and gives the chunks that are not needed any more back.
  func filter(_ partition: GraphPartition, _ lists: GraphLists, _ isKept: (UInt32) -> Bool) {
    var kept: [UInt32] = []
    var chunks: [UInt32] = []
    var chunk = partition.firstChunk
    while chunk != GraphLayout.none, contains(chunk), kept.count <= partition.nodes, chunks.count <= partition.nodes {
      chunks.append(chunk)
      for index in 0..<min(count(chunk), GraphLayout.chunkSlots) where isKept(slot(chunk, index)) {
        kept.append(slot(chunk, index))
      }
      chunk = next(chunk)
    }
    let needed = (kept.count + GraphLayout.chunkSlots - 1) / GraphLayout.chunkSlots
    for (index, chunk) in chunks.prefix(needed).enumerated() {
      let slots = kept[index * GraphLayout.chunkSlots..<min(kept.count, (index + 1) * GraphLayout.chunkSlots)]
      for (place, slot) in slots.enumerated() { set(chunk, place, slot) }
      setCount(chunk, slots.count)
      setNext(chunk, index + 1 < needed ? chunks[index + 1] : GraphLayout.none)
    }
    partition.setChunks(
      first: needed == 0 ? GraphLayout.none : chunks[0], last: needed == 0 ? GraphLayout.none : chunks[needed - 1])
    for chunk in chunks.dropFirst(needed) { lists.give(chunk, .members) }
  }

  func contains(_ chunk: UInt32) -> Bool { memory.isSmall(chunk, .members, perPage: memory.layout.smallPerPage) }

  private func address(_ chunk: UInt32) -> UnsafeMutableRawPointer {
    unsafe memory.small(chunk, GraphLayout.chunkBytes)
  }

  private func next(_ chunk: UInt32) -> UInt32 { unsafe GraphMemory.load(address(chunk)) }
  private func count(_ chunk: UInt32) -> Int { unsafe Int(GraphMemory.load(address(chunk) + 4)) }
  private func slot(_ chunk: UInt32, _ index: Int) -> UInt32 {
    unsafe GraphMemory.load(address(chunk) + (8 + index * 4))
  }

  private func setNext(_ chunk: UInt32, _ next: UInt32) { put(chunk, 0, next) }
  private func setCount(_ chunk: UInt32, _ count: Int) { put(chunk, 4, UInt32(count)) }
  private func set(_ chunk: UInt32, _ index: Int, _ slot: UInt32) { put(chunk, 8 + index * 4, slot) }

  private func put(_ chunk: UInt32, _ offset: Int, _ value: UInt32) {
    memory.markSmallDirty(chunk)
    unsafe GraphMemory.store(value, address(chunk) + offset)
  }
}
