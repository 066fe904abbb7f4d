internal import WeirTensor

extension GraphIndex {
  /// Repairs every link that leads to a removed vector and gives the places of removed vectors back.
  ///
  /// A node that loses a neighbour chooses anew among those that are left and the neighbours of the lost ones. Where half
  /// of a partition was removed, all that is left is linked anew. Takes time in proportion to the whole index, and so is
  /// done once a share of it has been removed.
  func sweep() throws(PageFileFailure) {
    guard root.dead > 0 else { return }
    var remains = Remains()
    for number in partitionNumbers() {
      guard let partition = GraphPartition(memory, number) else { continue }
      if partition.dead > 0, partition.dead >= partition.live { remains.relinked.insert(number) }
    }
    sweepVectors(&remains)
    sweepTowers(&remains)
    for number in partitionNumbers() {
      guard let partition = GraphPartition(memory, number), partition.dead > 0 else { continue }
      if let slots = remains.slots[number] {
        members.filter(partition, lists) { memory.isSlot($0) && memory.id($0) != 0 && memory.partition($0) == number }
        partition.setDead(0)
        let best = remains.highest[number] ?? (slots[0], 0)
        partition.setEntry(best.node, height: best.height)
      } else {
        members.filter(partition, lists) { _ in false }
        try forget(partition)
      }
    }
    scratches.with { relink(remains, $0) }
    for node in remains.removedTowers {
      towers.set(node, slot: GraphLayout.none, below: GraphLayout.none, level: 0)
      lists.give(node, .towers)
    }
    for slot in remains.removed { lists.giveSlot(slot) }
    root.setDead(0)
  }

  /// What a sweep finds out on its way.
  private struct Remains {
    /// Partitions whose graphs are made anew.
    var relinked: Set<UInt32> = []
    /// Live vectors of those, by partition; of others, one.
    var slots: [UInt32: [UInt32]] = [:]
    /// Live vectors of other partitions that no neighbour is left to.
    var lonely: [UInt32] = []
    /// Towers of live vectors in relinked partitions, by slot.
    var towers: [UInt32: [UInt32]] = [:]
    /// The highest node of a live vector in each partition.
    var highest: [UInt32: (node: UInt32, height: Int)] = [:]
    var removed: [UInt32] = []
    var removedTowers: [UInt32] = []
  }

  private func sweepVectors(_ remains: inout Remains) {
    let base = BaseLayer(memory: memory)
    forEachSlot { slot in
      let partition = memory.partition(slot)
      guard partition != GraphLayout.none, partition != 0 else { return }
      if memory.id(slot) == 0 {
        remains.removed.append(slot)
      } else if remains.relinked.contains(partition) {
        remains.slots[partition, default: []].append(slot)
      } else {
        if remains.slots[partition] == nil { remains.slots[partition] = [slot] }
        if !repair(base, slot) { remains.lonely.append(slot) }
      }
    }
  }

  private func sweepTowers(_ remains: inout Remains) {
    let layer = TowerLayer(towers: towers)
    forEachTower { node in
      guard let slot = layer.slot(node) else { return }
      if memory.id(slot) == 0 {
        remains.removedTowers.append(node)
        return
      }
      let (partition, height) = (memory.partition(slot), towers.level(node))
      if remains.relinked.contains(partition) {
        remains.towers[slot, default: []].append(node)
      } else {
        _ = repair(layer, node)
      }
      if height > remains.highest[partition]?.height ?? 0 { remains.highest[partition] = (node, height) }
    }
  }

  private func relink(_ remains: Remains, _ scratch: SearchScratch) {
    for number in remains.relinked {
      guard let partition = GraphPartition(memory, number), let slots = remains.slots[number] else { continue }
      partition.setEntry(GraphLayout.none, height: 0)
      for slot in slots {
        let nodes = [slot] + (remains.towers[slot] ?? []).sorted { towers.level($0) < towers.level($1) }
        unsafe scratch.query.assign(codes: UnsafeRawBufferPointer(memory.codes(of: slot)), scale: memory.scale(slot))
        join(nodes, partition, scratch)
      }
    }
    for slot in remains.lonely {
      guard let partition = GraphPartition(memory, memory.partition(slot)), partition.live > 1 else { continue }
      unsafe scratch.query.assign(codes: UnsafeRawBufferPointer(memory.codes(of: slot)), scale: memory.scale(slot))
      join([slot], partition, scratch)
    }
  }

  /// False when the node has no neighbour left.
  private func repair<Layer: GraphLayer>(_ layer: Layer, _ node: UInt32) -> Bool {
    guard let own = layer.slot(node) else { return true }
    let neighbours = layer.neighbours(node)
    let partition = memory.partition(own)
    func isAlive(_ other: UInt32) -> Bool {
      guard other != node, let slot = layer.slot(other) else { return false }
      return memory.id(slot) != 0 && memory.partition(slot) == partition
    }
    guard !neighbours.allSatisfy(isAlive) else { return !neighbours.isEmpty }
    var left: Set<UInt32> = []
    for neighbour in neighbours {
      if isAlive(neighbour) {
        left.insert(neighbour)
      } else if layer.slot(neighbour) != nil {
        left.formUnion(layer.neighbours(neighbour).lazy.filter(isAlive))
      }
    }
    let candidates = sorted(measured(layer, Array(left), from: own))
    layer.setNeighbours(node, diverse(candidates, atMost: Layer.links, slack: 1.1).map(\.node))
    return !left.isEmpty
  }

  // MARK: Everything there is

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
      if towers.level(node) > 0 { body(node) }
    }
  }

  /// The partitions that have vectors, removed ones too.
  func partitionNumbers() -> [UInt32] {
    var numbers: [UInt32] = []
    forEachSmall(.partitions, perPage: memory.layout.smallPerPage) { number in
      if let partition = GraphPartition(memory, number), partition.nodes > 0 { numbers.append(number) }
    }
    return numbers
  }

  private func forEachSmall(_ kind: PageKind, perPage: Int, _ body: (UInt32) -> Void) {
    let (youngest, used) = root.youngest(kind)
    for page in 1..<max(1, memory.pageCount) where memory.holds(page, kind) {
      for place in 0..<min(page == youngest ? used : perPage, perPage) {
        body(UInt32(page << GraphLayout.smallShift | place))
      }
    }
  }

  /// Gives the record of an empty partition back.
  private func forget(_ partition: GraphPartition) throws(PageFileFailure) {
    try partitions.removeValue(for: GraphIndex.code(of: partition.key))
    partition.setLive(0)
    partition.setDead(0)
    partition.setEntry(GraphLayout.none, height: 0)
    lists.give(partition.number, .partitions)
  }
}
