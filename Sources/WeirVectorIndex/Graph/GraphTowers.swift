/// Nodes above the lowest layer. A vector that reaches layer n has n of them, each naming the one below.
@safe
struct GraphTowers {
  let memory: GraphMemory

  @inline(__always)
  func contains(_ node: UInt32) -> Bool {
    memory.isSmall(node, .towers, perPage: memory.layout.towersPerPage)
  }

  @inline(__always)
  func slot(_ node: UInt32) -> UInt32 { unsafe GraphMemory.load(address(node)) }

  /// The node one layer below; the vector's slot under the first layer.
  @inline(__always)
  func below(_ node: UInt32) -> UInt32 { unsafe GraphMemory.load(address(node) + 4) }

  func link(_ node: UInt32, _ index: Int) -> UInt32 { unsafe GraphMemory.load(address(node) + (8 + index * 4)) }

  func set(_ node: UInt32, slot: UInt32, below: UInt32) {
    memory.markSmallDirty(node)
    unsafe GraphMemory.store(slot, address(node))
    unsafe GraphMemory.store(below, address(node) + 4)
  }

  func setBelow(_ below: UInt32, _ node: UInt32) {
    memory.markSmallDirty(node)
    unsafe GraphMemory.store(below, address(node) + 4)
  }

  @inline(__always)
  func address(_ node: UInt32) -> UnsafeMutableRawPointer { unsafe memory.small(node, GraphLayout.towerBytes) }
}
