internal import WeirTensor

extension GraphIndex {
  /// A vector's nodes from the lowest layer to its highest: its slot, then a new tower for each layer above.
  ///
  /// Where the file has no room for a tower, the vector reaches less high.
  func makeNodes(_ slot: UInt32, height: Int) -> [UInt32] {
    var nodes = [slot]
    for level in 0..<height {
      guard let node = try? lists.take(.towers) else { break }
      towers.set(node, slot: slot, below: nodes[level], level: level + 1)
      nodes.append(node)
    }
    return nodes
  }

  /// Links a vector's nodes into its partition's graph; what they led to before is forgotten.
  ///
  /// The scratch's query is the vector.
  func join(_ nodes: [UInt32], _ partition: GraphPartition, _ scratch: SearchScratch) {
    let (base, layer) = (BaseLayer(memory: memory), TowerLayer(towers: towers))
    base.setNeighbours(nodes[0], [])
    for node in nodes.dropFirst() { layer.setNeighbours(node, []) }
    let height = nodes.count - 1
    let entry = partition.entry
    // The layer above the lowest is walked in any case: several places to begin find what one would miss.
    let highest = min(max(height, 1), entry.height)
    if entry.node != GraphLayout.none,
      let start = descend(to: highest, from: entry, partition: partition.number, scratch)
    {
      var starts = [start]
      for level in stride(from: highest, to: 0, by: -1) {
        let width = max(options.constructionWidth / (level > height ? 8 : 2), 1)
        walk(layer, from: starts, partition: partition.number, width: width, scratch)
        if level <= height { link(layer, nodes[level], nodes[0], scratch) }
        starts = (0..<scratch.candidates.count).map { towers.below(scratch.candidates[$0].node) }
      }
      walk(base, from: starts, partition: partition.number, width: options.constructionWidth, scratch)
      link(base, nodes[0], nodes[0], scratch)
    }
    if entry.node == GraphLayout.none || height > entry.height {
      partition.setEntry(nodes[height], height: height)
    }
  }

  /// Chooses the node's neighbours among the scratch's candidates and makes it theirs.
  ///
  /// Removed ones are chosen where there are no others, so that the node can be reached until the next sweep.
  private func link<Layer: GraphLayer>(_ layer: Layer, _ node: UInt32, _ slot: UInt32, _ scratch: SearchScratch) {
    var (live, removed): ([Neighbour], [Neighbour]) = ([], [])
    live.reserveCapacity(scratch.candidates.count)
    for index in 0..<scratch.candidates.count {
      let candidate = scratch.candidates[index]
      guard candidate.node != node, let other = layer.slot(candidate.node) else { continue }
      let neighbour = Neighbour(node: candidate.node, slot: other, similarity: candidate.similarity)
      if candidate.isRemoved { removed.append(neighbour) } else { live.append(neighbour) }
    }
    let chosen = diverse(live.isEmpty ? removed : live, atMost: Layer.links)
    layer.setNeighbours(node, chosen.map(\.node))
    for (rank, neighbour) in chosen.enumerated() {
      let new = Neighbour(node: node, slot: slot, similarity: neighbour.similarity)
      addLink(layer, from: neighbour, to: new, isKept: rank == 0)
    }
  }

  /// Adds one more neighbour, and where there is no room keeps those that lead into different directions.
  /// The nearest of a new node's neighbours keeps it in any case, so that some node leads to it.
  private func addLink<Layer: GraphLayer>(_ layer: Layer, from owner: Neighbour, to new: Neighbour, isKept: Bool) {
    for index in 0..<Layer.links {
      let link = layer.link(owner.node, index)
      if link == new.node { return }
      guard link == GraphLayout.none else { continue }
      if index + 1 < Layer.links { layer.setLink(owner.node, index + 1, GraphLayout.none) }
      layer.setLink(owner.node, index, new.node)
      return
    }
    var all = measured(layer, layer.neighbours(owner.node), from: owner.slot)
    all.append(new)
    var chosen = diverse(sorted(all), atMost: Layer.links)
    if isKept, !chosen.contains(where: { $0.node == new.node }) {
      if chosen.count == Layer.links { chosen.removeLast() }
      chosen.append(new)
    }
    layer.setNeighbours(owner.node, chosen.map(\.node))
  }

  /// The nodes with their similarity to a stored vector.
  func measured<Layer: GraphLayer>(_ layer: Layer, _ nodes: [UInt32], from slot: UInt32) -> [Neighbour] {
    let query = storedCodes(slot)
    return nodes.compactMap { node -> Neighbour? in
      guard let other = layer.slot(node) else { return nil }
      return Neighbour(node: node, slot: other, similarity: similarity(query, other))
    }
  }

  func sorted(_ neighbours: [Neighbour]) -> [Neighbour] {
    neighbours.sorted { ($0.similarity, $1.node) > ($1.similarity, $0.node) }
  }

  /// The candidates, nearest first, less those that are nearer to one already chosen than to the node itself: what
  /// is left leads into different directions (Malkov and Yashunin 2016, algorithm 4).
  func diverse(_ candidates: [Neighbour], atMost limit: Int, slack: Float = 1) -> [Neighbour] {
    var chosen: [Neighbour] = []
    chosen.reserveCapacity(limit)
    for candidate in candidates {
      if chosen.count == limit { break }
      if chosen.isEmpty {
        chosen.append(candidate)
        continue
      }
      let query = storedCodes(candidate.slot)
      if chosen.allSatisfy({ (1 - similarity(query, $0.slot)) * slack >= 1 - candidate.similarity }) {
        chosen.append(candidate)
      }
    }
    return chosen
  }

  struct Neighbour {
    var node: UInt32
    var slot: UInt32
    var similarity: Float
  }
}
