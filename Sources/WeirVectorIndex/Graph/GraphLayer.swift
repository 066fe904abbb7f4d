internal import WeirTensor

/// A layer of the graph as a walk sees it.
protocol GraphLayer {
  /// Neighbours a node may have.
  static var links: Int { get }
  /// The slot of a node's vector; nil where the number names no node of this layer that may be followed.
  func slot(_ node: UInt32) -> UInt32?
  func link(_ node: UInt32, _ index: Int) -> UInt32
  func setLink(_ node: UInt32, _ index: Int, _ link: UInt32)
  /// Asks the memory for the links, which are read next.
  func prefetchLinks(_ node: UInt32)
}

extension GraphLayer {
  /// The neighbours, in no order.
  func neighbours(_ node: UInt32) -> [UInt32] {
    var neighbours: [UInt32] = []
    for index in 0..<Self.links {
      let link = link(node, index)
      if link == GraphLayout.none { break }
      neighbours.append(link)
    }
    return neighbours
  }

  func setNeighbours(_ node: UInt32, _ neighbours: some Collection<UInt32>) {
    precondition(neighbours.count <= Self.links, "a node of this layer has at most \(Self.links) neighbours")
    var index = 0
    for neighbour in neighbours {
      setLink(node, index, neighbour)
      index += 1
    }
    if index < Self.links { setLink(node, index, GraphLayout.none) }
  }
}

/// The lowest layer: every vector, named by its slot.
struct BaseLayer: GraphLayer {
  let memory: GraphMemory
  static let links = GraphLayout.links

  @inline(__always)
  func slot(_ node: UInt32) -> UInt32? { memory.isSlot(node) ? node : nil }
  @inline(__always)
  func link(_ node: UInt32, _ index: Int) -> UInt32 { memory.link(node, index) }

  @inline(__always)
  func prefetchLinks(_ node: UInt32) { memory.links.prefetch(Int(node)) }

  func setLink(_ node: UInt32, _ index: Int, _ link: UInt32) {
    memory.file.markDirty(memory.page(ofSlot: node))
    unsafe GraphMemory.store(link, memory.record(node) + (memory.layout.linksOffset + index * 4))
  }
}

/// The layers above: their nodes are towers.
struct TowerLayer: GraphLayer {
  let towers: GraphTowers
  static let links = GraphLayout.towerLinks

  /// The slot is read once: a writer may give the tower away between two looks.
  @inline(__always)
  func slot(_ node: UInt32) -> UInt32? {
    guard towers.contains(node) else { return nil }
    let slot = towers.slot(node)
    return towers.memory.isSlot(slot) ? slot : nil
  }
  @inline(__always)
  func link(_ node: UInt32, _ index: Int) -> UInt32 { towers.link(node, index) }

  @inline(__always)
  func prefetchLinks(_ node: UInt32) {}

  func setLink(_ node: UInt32, _ index: Int, _ link: UInt32) {
    towers.memory.markSmallDirty(node)
    unsafe GraphMemory.store(link, towers.address(node) + (8 + index * 4))
  }
}
