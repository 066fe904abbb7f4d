/// Nodes above the lowest layer. A vector that reaches layer n has n of them, each naming the one below.
///
/// A record is the vector's slot (4 bytes), the node below with the layer in its top four bits (4), then links.
@safe
struct GraphTowers {
  let memory: GraphMemory
  private static let levelShift: UInt32 = 28
  private static let belowMask: UInt32 = 1 << levelShift - 1

  @inline(__always)
  func contains(_ node: UInt32) -> Bool {
    memory.isSmall(node, .towers, perPage: memory.layout.towersPerPage)
  }

  @inline(__always)
  func slot(_ node: UInt32) -> UInt32 { unsafe GraphMemory.load(address(node)) }

  /// The node one layer below; the vector's slot under the first layer.
  @inline(__always)
  func below(_ node: UInt32) -> UInt32 {
    contains(node) ? unsafe GraphMemory.load(address(node) + 4) & Self.belowMask : GraphLayout.none
  }

  /// 1 for the layer above the lowest; 0 for a record that is free.
  func level(_ node: UInt32) -> Int { unsafe Int(GraphMemory.load(address(node) + 4) >> Self.levelShift) }

  func link(_ node: UInt32, _ index: Int) -> UInt32 { unsafe GraphMemory.load(address(node) + (8 + index * 4)) }

  func set(_ node: UInt32, slot: UInt32, below: UInt32, level: Int) {
    memory.markSmallDirty(node)
    unsafe GraphMemory.store(slot, address(node))
    unsafe GraphMemory.store(below & Self.belowMask | UInt32(level) << Self.levelShift, address(node) + 4)
  }

  @inline(__always)
  func address(_ node: UInt32) -> UnsafeMutableRawPointer { unsafe memory.small(node, GraphLayout.towerBytes) }
}
