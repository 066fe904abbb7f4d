internal import WeirTensor

extension GraphIndex {
  /// Beam search in one layer: fills the scratch's candidates with the `width` nodes nearest to the query that were met.
  ///
  /// Removed vectors are walked through and do not count. Vectors of other partitions are not looked at, wherever links
  /// lead.
  func walk<Layer: GraphLayer>(
    _ layer: Layer, from entries: some Collection<UInt32>, partition: UInt32, width: Int, _ scratch: SearchScratch
  ) {
    scratch.begin(slots: memory.pageCount << memory.layout.slotShift)
    scratch.candidates.reset(width: width)
    for entry in entries {
      guard let slot = layer.slot(entry), memory.partition(slot) == partition, scratch.visit(slot) else { continue }
      scratch.candidates.insert(entry, similarity(scratch.query, slot), isRemoved: memory.id(slot) == 0)
    }
    let scale = scratch.query.scale
    while let node = scratch.candidates.takeNext() {
      var count = 0
      for index in 0..<Layer.links {
        let link = layer.link(node, index)
        if link == GraphLayout.none { break }
        guard let slot = layer.slot(link), scratch.visit(slot) else { continue }
        memory.compared.prefetch(Int(slot))
        unsafe scratch.nodes[count] = link
        unsafe scratch.slots[count] = slot
        count += 1
      }
      multiply(count, scratch)
      for index in 0..<count {
        let slot = unsafe scratch.slots[index]
        guard memory.partition(slot) == partition else { continue }
        let similarity = unsafe Float(scratch.products[index]) * scale * memory.scale(slot)
        guard similarity > scratch.candidates.bar else { continue }
        let node = unsafe scratch.nodes[index]
        layer.prefetchLinks(node)
        scratch.candidates.insert(node, similarity, isRemoved: memory.id(slot) == 0)
      }
    }
  }

  /// The node of the layer above `height` where a walk should begin, found greedily from the partition's entry.
  ///
  /// Gives a node of layer `height` (0: a slot); nil when the entry leads nowhere.
  func descend(
    to height: Int, from entry: (node: UInt32, height: Int), partition: UInt32, _ scratch: SearchScratch
  ) -> UInt32? {
    var node = entry.node
    var level = min(entry.height, GraphIndex.maximumHeight)
    let layer = TowerLayer(towers: towers)
    while level > height {
      guard let first = layer.slot(node), memory.partition(first) == partition else { return nil }
      var best = similarity(scratch.query, first)
      var moved = true
      while moved {
        moved = false
        var count = 0
        for index in 0..<TowerLayer.links {
          let link = layer.link(node, index)
          if link == GraphLayout.none { break }
          guard let slot = layer.slot(link) else { continue }
          memory.compared.prefetch(Int(slot))
          unsafe scratch.nodes[count] = link
          unsafe scratch.slots[count] = slot
          count += 1
        }
        multiply(count, scratch)
        for index in 0..<count {
          let slot = unsafe scratch.slots[index]
          guard memory.partition(slot) == partition else { continue }
          let similarity = unsafe Float(scratch.products[index]) * scratch.query.scale * memory.scale(slot)
          if similarity > best {
            best = similarity
            node = unsafe scratch.nodes[index]
            moved = true
          }
        }
      }
      node = towers.below(node)
      level -= 1
    }
    return node
  }
}
