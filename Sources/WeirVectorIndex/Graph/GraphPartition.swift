/// The record of one partition. Fields: key, 32 bytes; then words of 4: live vectors, vectors that were removed and are
/// still in the graph, entry, layers above the lowest that the entry reaches, first and last chunk of members.
@safe
struct GraphPartition {
  let memory: GraphMemory
  let number: UInt32

  /// Nil where the number names no partition.
  init?(_ memory: GraphMemory, _ number: UInt32) {
    guard memory.isSmall(number, .partitions, perPage: memory.layout.smallPerPage) else { return nil }
    self.memory = memory
    self.number = number
  }

  var key: PartitionKey {
    unsafe PartitionKey(
      words: (
        GraphMemory.load64(address), GraphMemory.load64(address + 8), GraphMemory.load64(address + 16),
        GraphMemory.load64(address + 24)
      ))
  }

  var live: Int { Int(word(0)) }
  var dead: Int { Int(word(1)) }
  /// Where searches begin: a node of layer `height`, or `none` while the partition is empty.
  var entry: (node: UInt32, height: Int) {
    let both = unsafe GraphMemory.load64(address + 40)
    return (UInt32(truncatingIfNeeded: both), Int(both >> 32))
  }
  var firstChunk: UInt32 { word(4) }
  var lastChunk: UInt32 { word(5) }
  /// Vectors of the graph, removed ones too.
  var nodes: Int { live + dead }

  func setKey(_ key: PartitionKey) {
    memory.markSmallDirty(number)
    unsafe GraphMemory.store64(key.words.0, address)
    unsafe GraphMemory.store64(key.words.1, address + 8)
    unsafe GraphMemory.store64(key.words.2, address + 16)
    unsafe GraphMemory.store64(key.words.3, address + 24)
  }

  func setLive(_ count: Int) { set(0, UInt32(clamping: count)) }
  func setDead(_ count: Int) { set(1, UInt32(clamping: count)) }

  func setEntry(_ node: UInt32, height: Int) {
    memory.markSmallDirty(number)
    unsafe GraphMemory.store64(UInt64(node) | UInt64(height) << 32, address + 40)
  }

  func setChunks(first: UInt32, last: UInt32) {
    set(4, first)
    set(5, last)
  }

  private var address: UnsafeMutableRawPointer { unsafe memory.small(number, GraphLayout.partitionBytes) }
  private func word(_ index: Int) -> UInt32 { unsafe GraphMemory.load(address + (32 + index * 4)) }

  private func set(_ index: Int, _ value: UInt32) {
    memory.markSmallDirty(number)
    unsafe GraphMemory.store(value, address + (32 + index * 4))
  }
}
