/// Places for new records: those that were given back first, then the rest of the youngest page, then a new page.
///
/// What is free is a chain through the records' own first words, with its head in the root.
@safe
struct GraphLists {
  let memory: GraphMemory
  let root: GraphRoot

  /// A free record of a kind other than vectors; its bytes are whatever was there before.
  func take(_ kind: PageKind) throws(PageFileFailure) -> UInt32 {
    let perPage = kind == .towers ? memory.layout.towersPerPage : memory.layout.smallPerPage
    let bytes = kind == .towers ? GraphLayout.towerBytes : 64
    let free = root.free(kind)
    if free != GraphLayout.none, memory.isSmall(free, kind, perPage: perPage) {
      root.setFree(unsafe GraphMemory.load(memory.small(free, bytes)), kind)
      memory.markSmallDirty(free)
      return free
    }
    let number = try fresh(kind, perPage: perPage, shift: GraphLayout.smallShift)
    memory.markSmallDirty(number)
    return number
  }

  func give(_ number: UInt32, _ kind: PageKind) {
    let bytes = kind == .towers ? GraphLayout.towerBytes : 64
    memory.markSmallDirty(number)
    unsafe GraphMemory.store(root.free(kind), memory.small(number, bytes))
    root.setFree(number, kind)
  }

  /// A free place for a vector.
  func takeSlot() throws(PageFileFailure) -> UInt32 {
    let free = root.free(.vectors)
    if free != GraphLayout.none, memory.isSlot(free), memory.partition(free) == GraphLayout.none {
      root.setFree(memory.link(free, 0), .vectors)
      root.setFreeSlots(root.freeSlots - 1)
      return free
    }
    return try fresh(.vectors, perPage: memory.layout.recordsPerPage, shift: memory.layout.slotShift)
  }

  /// Takes back the place of a vector that nothing leads to any more.
  func giveSlot(_ slot: UInt32) {
    memory.setID(0, slot)
    memory.setPartition(GraphLayout.none, slot)
    unsafe GraphMemory.store(root.free(.vectors), memory.record(slot) + memory.layout.linksOffset)
    root.setFree(slot, .vectors)
    root.setFreeSlots(root.freeSlots + 1)
  }

  /// The next place of the youngest page of the kind that never was used.
  private func fresh(_ kind: PageKind, perPage: Int, shift: Int) throws(PageFileFailure) -> UInt32 {
    var (page, used) = root.youngest(kind)
    if page == 0 || used >= perPage || !memory.holds(page, kind) { (page, used) = (try memory.append(kind), 0) }
    root.setYoungest(page, used: used + 1, kind)
    return UInt32(page << shift | used)
  }
}
