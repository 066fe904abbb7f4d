extension GraphIndex {
  /// Repairs every link that leads to a removed vector and gives the places of removed vectors back.
  ///
  /// A node that loses a neighbour chooses anew among those that are left and the neighbours of the lost ones. Takes
  /// time in proportion to the whole index, and so is done once a share of it has been removed.
  func sweep() throws(PageFileFailure) {
    guard root.dead > 0 else { return }
    let base = BaseLayer(memory: memory)
    let layer = TowerLayer(towers: towers)
    var removed: [UInt32] = []
    var fallback: [UInt32: UInt32] = [:]
    forEachSlot { slot in
      let partition = memory.partition(slot)
      guard partition != GraphLayout.none, partition != 0 else { return }
      if memory.id(slot) == 0 {
        removed.append(slot)
      } else {
        repair(base, slot)
        fallback[partition] = slot
      }
    }
    // Towers of removed vectors, and the highest that is left in each partition.
    var removedTowers: [UInt32] = []
    var highest: [UInt32: (node: UInt32, height: Int)] = [:]
    forEachTower { node in
      let slot = towers.slot(node)
      guard memory.isSlot(slot) else { return }
      if memory.id(slot) == 0 {
        removedTowers.append(node)
      } else {
        repair(layer, node)
        let (partition, height) = (memory.partition(slot), height(of: node))
        if height > highest[partition]?.height ?? 0 { highest[partition] = (node, height) }
      }
    }
    for number in partitionNumbers() {
      guard let partition = GraphPartition(memory, number), partition.dead > 0 else { continue }
      if let slot = fallback[number] {
        let best = highest[number] ?? (slot, 0)
        partition.setEntry(best.node, height: best.height)
        members.filter(partition, lists) { memory.isSlot($0) && memory.id($0) != 0 && memory.partition($0) == number }
        partition.setDead(0)
      } else {
        members.filter(partition, lists) { _ in false }
        try forget(partition)
      }
    }
    for node in removedTowers {
      towers.set(node, slot: GraphLayout.none, below: GraphLayout.none)
      lists.give(node, .towers)
    }
    for slot in removed { lists.giveSlot(slot) }
    root.setDead(0)
  }

  private func repair<Layer: GraphLayer>(_ layer: Layer, _ node: UInt32) {
    let neighbours = layer.neighbours(node)
    let partition = memory.partition(layer.slot(node))
    func isAlive(_ other: UInt32) -> Bool {
      guard layer.contains(other), other != node else { return false }
      let slot = layer.slot(other)
      return memory.id(slot) != 0 && memory.partition(slot) == partition
    }
    guard !neighbours.allSatisfy(isAlive) else { return }
    var left: Set<UInt32> = []
    for neighbour in neighbours {
      if isAlive(neighbour) {
        left.insert(neighbour)
      } else if layer.contains(neighbour) {
        left.formUnion(layer.neighbours(neighbour).lazy.filter(isAlive))
      }
    }
    let candidates = sorted(measured(layer, Array(left), from: layer.slot(node)))
    layer.setNeighbours(node, diverse(candidates, atMost: Layer.links, slack: 1.1).map(\.node))
  }

  /// Layers between the node and its vector.
  func height(of node: UInt32) -> Int {
    var (node, height) = (node, 1)
    while height < GraphIndex.maximumHeight, towers.contains(towers.below(node)),
      towers.slot(towers.below(node)) == towers.slot(node), towers.below(node) != towers.slot(node)
    {
      node = towers.below(node)
      height += 1
    }
    return height
  }

  /// Passes every slot that was ever used.
  func forEachSlot(_ body: (UInt32) -> Void) {
    let (youngest, used) = root.youngest(.vectors)
    for page in 1..<max(1, memory.pageCount) where memory.holds(page, .vectors) {
      let count = page == youngest ? used : memory.layout.recordsPerPage
      for place in 0..<min(count, memory.layout.recordsPerPage) {
        body(UInt32(page << memory.layout.slotShift | place))
      }
    }
  }

  /// Passes every tower in use.
  func forEachTower(_ body: (UInt32) -> Void) {
    forEachSmall(.towers, perPage: memory.layout.towersPerPage) { node in
      if towers.below(node) != GraphLayout.none { body(node) }
    }
  }

  func forEachSmall(_ kind: PageKind, perPage: Int, _ body: (UInt32) -> Void) {
    let (youngest, used) = root.youngest(kind)
    for page in 1..<max(1, memory.pageCount) where memory.holds(page, kind) {
      for place in 0..<min(page == youngest ? used : perPage, perPage) {
        body(UInt32(page << GraphLayout.smallShift | place))
      }
    }
  }
}
