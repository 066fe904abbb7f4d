internal import Synchronization

/// One page of a `PageTable`: keys, then values, in open addressing with linear probing.
///
/// In the header's last bytes: a number that is odd while the writer changes the bucket, entries, and how many low bits of
/// the hash the bucket's keys share. A value is stored plus one, so a page of zeros is an empty bucket.
struct PageBucket {
  static let kind: UInt32 = 0x4B42_5457
  private static let versionOffset = 48
  private static let countOffset = 56
  private static let depthOffset = 60
  private static let keysOffset = 64

  private let words: PageWords
  let capacity: Int

  /// Nil when the page is damaged or of another kind.
  init?(_ file: PageFile, _ page: Int) {
    guard file.isSound(page), file.kind(of: page) == Self.kind else { return nil }
    words = PageWords(file, page)
    capacity = Self.capacity(file)
  }

  static func capacity(_ file: PageFile) -> Int { (file.identity.pageBytes - keysOffset) / 12 }

  /// Makes a page of zeros an empty bucket.
  static func begin(_ file: PageFile, _ page: Int, depth: Int) {
    file.setKind(kind, of: page)
    PageWords(file, page).store32(UInt32(depth), depthOffset)
  }

  var count: Int { Int(words.load32(Self.countOffset)) }
  var depth: Int { Int(words.load32(Self.depthOffset)) }
  /// Beyond this a bucket is split: longer probes would cost more than the space is worth.
  var isFull: Bool { count >= capacity * 7 / 8 }

  private func keyOffset(_ slot: Int) -> Int { Self.keysOffset + 8 * slot }
  private func valueOffset(_ slot: Int) -> Int { Self.keysOffset + 8 * capacity + 4 * slot }
  private func home(_ hash: UInt64) -> Int { Int(((hash >> 32) &* UInt64(capacity)) >> 32) }
  private func next(_ slot: Int) -> Int { slot + 1 == capacity ? 0 : slot + 1 }

  // MARK: Reading

  /// The key's value; nil also when the writer is at the bucket each time this looks.
  func value(for key: UInt64, _ hash: UInt64) -> UInt32? {
    for _ in 0..<64 {
      let version = words.load64(Self.versionOffset)
      if version & 1 == 0 {
        let stored = search(key, hash).map { words.load32(valueOffset($0)) } ?? 0
        atomicMemoryFence(ordering: .acquiring)
        if words.load64(Self.versionOffset) == version { return stored == 0 ? nil : stored - 1 }
      }
    }
    return nil
  }

  private func search(_ key: UInt64, _ hash: UInt64) -> Int? {
    var slot = home(hash)
    for _ in 0..<capacity {
      if words.load32(valueOffset(slot)) == 0 { return nil }
      if words.load64(keyOffset(slot)) == key { return slot }
      slot = next(slot)
    }
    return nil
  }

  /// Slots that a search for the key looks at.
  func probes(for key: UInt64, _ hash: UInt64) -> Int {
    guard let slot = search(key, hash) else { return capacity }
    return (slot - home(hash) + capacity) % capacity + 1
  }

  /// All entries, for the writer and for checks.
  func forEach(_ body: (UInt64, UInt32) -> Void) {
    for slot in 0..<capacity {
      let stored = words.load32(valueOffset(slot))
      if stored != 0 { body(words.load64(keyOffset(slot)), stored - 1) }
    }
  }

  // MARK: Writing: the page is marked dirty before

  /// Returns the value before; throws nothing, but is false in `fits` when there is no free slot.
  func set(_ value: UInt32, for key: UInt64, _ hash: UInt64) -> (old: UInt32?, fits: Bool) {
    var slot = home(hash)
    for _ in 0..<capacity {
      let stored = words.load32(valueOffset(slot))
      if stored == 0 || words.load64(keyOffset(slot)) == key {
        change {
          words.store64(key, keyOffset(slot))
          words.store32(value + 1, valueOffset(slot))
          if stored == 0 { words.store32(words.load32(Self.countOffset) &+ 1, Self.countOffset) }
        }
        return (stored == 0 ? nil : stored - 1, true)
      }
      slot = next(slot)
    }
    return (nil, false)
  }

  /// Returns the value that was there; later entries of the same run move up, so that no probe stops early.
  func remove(_ key: UInt64, _ hash: UInt64, _ hashOf: (UInt64) -> UInt64) -> UInt32? {
    guard var hole = search(key, hash) else { return nil }
    let old = words.load32(valueOffset(hole)) &- 1
    change {
      var slot = hole
      for _ in 0..<capacity {
        slot = next(slot)
        let stored = words.load32(valueOffset(slot))
        if stored == 0 { break }
        let key = words.load64(keyOffset(slot))
        // The entry may fill the hole unless its home lies behind the hole, up to where it is.
        let distance = (slot - home(hashOf(key)) + capacity) % capacity
        if distance >= (slot - hole + capacity) % capacity {
          words.store64(key, keyOffset(hole))
          words.store32(stored, valueOffset(hole))
          hole = slot
        }
      }
      words.store32(0, valueOffset(hole))
      words.store32(words.load32(Self.countOffset) &- 1, Self.countOffset)
    }
    return old
  }

  /// Keeps those entries alone, as a bucket whose keys share `depth` bits.
  func replaceAll(with entries: [(key: UInt64, hash: UInt64, value: UInt32)], depth: Int) {
    change {
      for slot in 0..<capacity { words.store32(0, valueOffset(slot)) }
      for entry in entries.prefix(capacity) {
        var slot = home(entry.hash)
        while words.load32(valueOffset(slot)) != 0 { slot = next(slot) }
        words.store64(entry.key, keyOffset(slot))
        words.store32(entry.value + 1, valueOffset(slot))
      }
      words.store32(UInt32(min(entries.count, capacity)), Self.countOffset)
      words.store32(UInt32(depth), Self.depthOffset)
    }
  }

  /// Readers that look meanwhile look again.
  private func change(_ body: () -> Void) {
    let version = words.load64(Self.versionOffset)
    words.store64(version | 1, Self.versionOffset)
    atomicMemoryFence(ordering: .releasing)
    body()
    words.store64((version | 1) &+ 1, Self.versionOffset)
  }
}
