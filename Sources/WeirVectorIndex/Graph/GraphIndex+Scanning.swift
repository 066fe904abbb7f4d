internal import WeirTensor

extension GraphIndex {
  /// Compares the query with every vector of the partition; fills the scratch's candidates with the `count` most similar.
  ///
  /// 13 ns a vector. A walk of width 48, which finds as many, takes as long at 2 000 vectors (`GraphOptions.scanLimit`).
  func scan(_ partition: GraphPartition, count: Int, _ scratch: SearchScratch) {
    scratch.candidates.reset(width: count)
    var waiting = 0
    members.forEach(in: partition, limit: partition.nodes) { slot in
      guard memory.isSlot(slot) else { return }
      memory.compared.prefetch(Int(slot))
      unsafe scratch.slots[waiting] = slot
      waiting += 1
      if waiting == SearchScratch.batch {
        compare(waiting, partition, scratch)
        waiting = 0
      }
    }
    compare(waiting, partition, scratch)
  }

  private func compare(_ waiting: Int, _ partition: GraphPartition, _ scratch: SearchScratch) {
    multiply(waiting, scratch)
    let scale = scratch.query.scale
    for index in 0..<waiting {
      let slot = unsafe scratch.slots[index]
      guard memory.id(slot) > 0, memory.partition(slot) == partition.number else { continue }
      unsafe scratch.candidates.insert(
        slot, Float(scratch.products[index]) * scale * memory.scale(slot), isRemoved: false)
    }
  }
}
