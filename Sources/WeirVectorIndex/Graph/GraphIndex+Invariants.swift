extension GraphIndex {
  /// What is wrong with the index, in words; empty where all is well. Reads all of it; nothing may change meanwhile.
  package func brokenInvariants() -> [String] {
    var broken: [String] = []
    var (live, dead) = (0, 0)
    var perPartition: [UInt32: (live: Int, dead: Int)] = [:]
    var free: Set<UInt32> = []
    forEachSlot { slot in
      let (id, partition) = (memory.id(slot), memory.partition(slot))
      if partition == GraphLayout.none {
        free.insert(slot)
        if id != 0 { broken.append("free slot \(slot) has an id") }
        return
      }
      if GraphPartition(memory, partition) == nil { broken.append("slot \(slot) is of no partition") }
      if id > 0 {
        live += 1
        perPartition[partition, default: (0, 0)].live += 1
        if slots.value(for: UInt64(bitPattern: id)) != slot { broken.append("id \(id) does not lead to slot \(slot)") }
      } else {
        dead += 1
        perPartition[partition, default: (0, 0)].dead += 1
      }
      broken += brokenLinks(BaseLayer(memory: memory), slot)
    }
    if live != root.live { broken.append("\(live) live vectors, \(root.live) counted") }
    if slots.count != live { broken.append("\(live) live vectors, \(slots.count) in the table") }
    if dead != root.dead { broken.append("\(dead) removed vectors, \(root.dead) counted") }
    if free.count != root.freeSlots { broken.append("\(free.count) free slots, \(root.freeSlots) counted") }
    var chained = 0
    var next = root.free(.vectors)
    while next != GraphLayout.none, free.contains(next), chained <= free.count {
      chained += 1
      next = memory.link(next, 0)
    }
    if chained != free.count { broken.append("\(free.count) free slots, \(chained) in the chain") }
    forEachTower { node in
      guard let slot = TowerLayer(towers: towers).slot(node), memory.partition(slot) != GraphLayout.none else {
        broken.append("tower \(node) has no vector")
        return
      }
      broken += brokenLinks(TowerLayer(towers: towers), node)
    }
    let numbers = Set(partitionNumbers())
    for number in perPartition.keys where !numbers.contains(number) {
      broken.append("partition \(number) is forgotten")
    }
    for number in numbers {
      guard let partition = GraphPartition(memory, number) else { continue }
      broken += brokenParts(of: partition, perPartition[number] ?? (0, 0))
    }
    return broken
  }

  /// Live vectors of a partition that no walk from its entry can come to; a good graph has none, or a few in thousands.
  func unreachable(in key: PartitionKey) -> Int {
    guard let partition = find(key) else { return 0 }
    let base = BaseLayer(memory: memory)
    var waiting: [UInt32] = []
    forEachTower { node in
      // Every tower is a place to begin, for walks begin at many.
      if let slot = TowerLayer(towers: towers).slot(node), memory.partition(slot) == partition.number {
        waiting.append(slot)
      }
    }
    if partition.entry.height == 0 { waiting.append(partition.entry.node) }
    var reached = Set(waiting)
    while let slot = waiting.popLast() {
      for neighbour in base.neighbours(slot) where reached.insert(neighbour).inserted { waiting.append(neighbour) }
    }
    return partition.live - reached.count { memory.isSlot($0) && memory.id($0) != 0 }
  }

  private func brokenParts(of partition: GraphPartition, _ counts: (live: Int, dead: Int)) -> [String] {
    var broken: [String] = []
    let number = partition.number
    if find(partition.key)?.number != number { broken.append("the key of partition \(number) does not lead to it") }
    if (partition.live, partition.dead) != counts {
      broken.append("partition \(number) has \(counts), counted \(partition.live) and \(partition.dead)")
    }
    var listed: Set<UInt32> = []
    members.forEach(in: partition, limit: counts.live + counts.dead + 1) { slot in
      if !listed.insert(slot).inserted { broken.append("slot \(slot) is twice in partition \(number)") }
      if !memory.isSlot(slot) || memory.partition(slot) != number {
        broken.append("slot \(slot) is not of partition \(number)")
      }
    }
    if listed.count != counts.live + counts.dead {
      broken.append("partition \(number) lists \(listed.count) of \(counts)")
    }
    let (node, height) = partition.entry
    let slot = height > 0 ? TowerLayer(towers: towers).slot(node) : BaseLayer(memory: memory).slot(node)
    if slot.map({ memory.partition($0) }) != number || height > 0 && towers.level(node) != height {
      broken.append("the entry of partition \(number) leads nowhere")
    }
    return broken
  }

  private func brokenLinks<Layer: GraphLayer>(_ layer: Layer, _ node: UInt32) -> [String] {
    guard let own = layer.slot(node) else { return ["node \(node) is none"] }
    let partition = memory.partition(own)
    let neighbours = layer.neighbours(node)
    var broken: [String] = []
    if Set(neighbours).count != neighbours.count { broken.append("node \(node) has a neighbour twice") }
    for neighbour in neighbours {
      if neighbour == node { broken.append("node \(node) is its own neighbour") }
      if layer.slot(neighbour).map({ memory.partition($0) }) != partition {
        broken.append("node \(node) leads out of its partition")
      }
    }
    return broken
  }
}
