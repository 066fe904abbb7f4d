/// The index's own part of the file's first page: 4-byte words, and the sequence as one of 8.
@safe
struct GraphRoot {
  let memory: GraphMemory
  private let address: UnsafeMutableRawPointer

  init(_ memory: GraphMemory) {
    self.memory = memory
    unsafe address = memory.file.page(0) + PageFile.rootPayloadOffset
  }

  /// Called once, on a new file.
  func initialize() {
    setAppliedSequence(0)
    for kind in GraphRoot.kinds {
      setFree(GraphLayout.none, kind)
      setYoungest(0, used: 0, kind)
    }
    setLive(0)
    setDead(0)
    setFreeSlots(0)
    for table in [0, 1] { setTable(table, 0) }
  }

  /// The last change of the database that the index has taken in.
  var appliedSequence: Int64 { unsafe Int64(bitPattern: GraphMemory.load64(address)) }

  func setAppliedSequence(_ sequence: Int64) {
    memory.file.markDirty(0)
    unsafe GraphMemory.store64(UInt64(bitPattern: sequence), address)
  }

  var live: Int { Int(word(2)) }
  var dead: Int { Int(word(3)) }
  var freeSlots: Int { Int(word(4)) }
  /// Entries up to this one have been read by a rebuild that is under way; 0 when none is.
  var rebuildPosition: Int64 { unsafe Int64(bitPattern: GraphMemory.load64(address + 24)) }

  func setLive(_ count: Int) { set(2, UInt32(clamping: count)) }
  func setDead(_ count: Int) { set(3, UInt32(clamping: count)) }
  func setFreeSlots(_ count: Int) { set(4, UInt32(clamping: count)) }

  func setRebuildPosition(_ id: Int64) {
    memory.file.markDirty(0)
    unsafe GraphMemory.store64(UInt64(bitPattern: id), address + 24)
  }

  func free(_ kind: PageKind) -> UInt32 { word(8 + index(kind) * 3) }
  func setFree(_ number: UInt32, _ kind: PageKind) { set(8 + index(kind) * 3, number) }

  func youngest(_ kind: PageKind) -> (page: Int, used: Int) {
    (Int(word(9 + index(kind) * 3)), Int(word(10 + index(kind) * 3)))
  }

  func setYoungest(_ page: Int, used: Int, _ kind: PageKind) {
    set(9 + index(kind) * 3, UInt32(page))
    set(10 + index(kind) * 3, UInt32(used))
  }

  /// Roots of the tables: 0 from ids to slots, 1 from keys to partitions.
  func table(_ index: Int) -> UInt32 { word(24 + index) }
  func setTable(_ index: Int, _ page: UInt32) { set(24 + index, page) }

  private static let kinds: [PageKind] = [.vectors, .towers, .partitions, .members]

  private func index(_ kind: PageKind) -> Int { Int(kind.rawValue) - Int(PageKind.vectors.rawValue) }
  private func word(_ index: Int) -> UInt32 { unsafe GraphMemory.load(address + index * 4) }

  private func set(_ index: Int, _ value: UInt32) {
    memory.file.markDirty(0)
    unsafe GraphMemory.store(value, address + index * 4)
  }
}
