import WeirFiles

/// The merge rules of a byte-pair vocabulary: which two tokens join to which third, and in which order.
///
/// Most pairs have no rule: one bit of a filter of eight to sixteen bits a rule, which stays in the nearest caches,
/// says so for nine of ten of them. The others are looked up in an open-addressing table of four bytes a place, at most
/// five eighths full, over the list of rules, 16 bytes each.
struct MergeTable: Sendable {
  struct Merge: Sendable, Equatable {
    /// Lower ranks are merged first.
    let rank: UInt32
    let result: Int32
  }

  private typealias Rule = ByteTable.Rule

  /// What `packed` gives for a pair without a rule; above all others.
  static let none = UInt64.max
  /// At most this many rules.
  static let limit = (1 << 24) - 1

  private var rules: [Rule] = []
  /// Eight bits of the hash over the rule's number plus one; zero where free.
  private var slots: [UInt32]
  private var filter: [UInt64]
  /// Odd and drawn once a process, so that a file cannot choose colliding pairs.
  private let factor: UInt64

  init(capacity: Int) {
    let size = Self.size(for: capacity)
    slots = [UInt32](repeating: 0, count: size)
    filter = [UInt64](repeating: 0, count: size / 8)
    factor = Self.drawnFactor(size)
  }

  /// Takes the rules over; of those for one pair the last holds.
  init(_ list: [ByteTable.Rule]) {
    precondition(list.count <= Self.limit, "A merge table holds fewer than 2^24 rules.")
    self.init(capacity: list.count)
    rules = list
    for index in list.indices { enter(index) }
  }

  private static func size(for capacity: Int) -> Int {
    var size = 64
    while size / 8 * 5 < capacity { size *= 2 }
    return size
  }

  private static func drawnFactor(_ size: Int) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(size)
    return UInt64(bitPattern: Int64(hasher.finalize())) | 1
  }

  var count: Int { rules.count }

  /// Bytes that the table takes.
  var byteCount: Int { rules.count * 16 + slots.count * 4 + filter.count * 8 }

  /// Of rules for one pair the last holds; ids must not be negative.
  mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
    precondition(left >= 0 && right >= 0, "A merge rule joins tokens of the vocabulary.")
    if rules.count >= slots.count / 8 * 5 { grow() }
    precondition(rules.count < Self.limit, "A merge table holds fewer than 2^24 rules.")
    rules.append(Rule(left: left, right: right, union: merge.result, rank: merge.rank))
    enter(rules.count - 1)
  }

  /// The rule for two neighbours, or nil; ids below zero (unknown characters) have none.
  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let packed = packed(left, right)
    return packed == Self.none ? nil : Merge(rank: UInt32(packed >> 32), result: Self.result(packed))
  }

  /// The rule for two neighbours as rank over result, or `none`.
  @inline(__always)
  func packed(_ left: Int32, _ right: Int32) -> UInt64 {
    let key = Self.key(left, right)
    let code = code(of: key)
    let bit = Int(truncatingIfNeeded: code) & (filter.count * 64 - 1)
    if filter[bit >> 6] >> UInt64(bit & 63) & 1 == 0 { return Self.none }
    return search(key, code)
  }

  @inline(__always)
  static func result(_ packed: UInt64) -> Int32 { Int32(truncatingIfNeeded: packed) }

  private func search(_ key: UInt64, _ code: UInt64) -> UInt64 {
    let slot = slots[place(of: key, code)]
    if slot == 0 { return Self.none }
    let rule = rules[Int(slot & 0xFF_FFFF) - 1]
    return UInt64(rule.rank) << 32 | UInt64(UInt32(bitPattern: rule.union))
  }

  @inline(__always)
  private func code(of key: UInt64) -> UInt64 {
    let product = key.multipliedFullWidth(by: factor)
    return product.high ^ product.low
  }

  @inline(__always)
  private func home(of code: UInt64) -> Int { Int(truncatingIfNeeded: code >> 24) & (slots.count - 1) }

  /// Where the key stands, or the free place where it would.
  @inline(__always)
  private func place(of key: UInt64, _ code: UInt64) -> Int {
    let mask = slots.count - 1
    let tag = UInt32(truncatingIfNeeded: code >> 56)
    var place = home(of: code)
    while slots[place] != 0 {
      if slots[place] >> 24 == tag, pair(Int(slots[place] & 0xFF_FFFF) - 1) == key { break }
      place = (place + 1) & mask
    }
    return place
  }

  /// Points the pair of a rule to it.
  @inline(__always)
  private mutating func enter(_ index: Int) {
    let key = pair(index)
    let code = code(of: key)
    let bit = Int(truncatingIfNeeded: code) & (filter.count * 64 - 1)
    filter[bit >> 6] |= 1 << UInt64(bit & 63)
    slots[place(of: key, code)] =
      UInt32(truncatingIfNeeded: code >> 56) << 24 | UInt32(truncatingIfNeeded: index + 1)
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    filter = [UInt64](repeating: 0, count: filter.count * 2)
    for index in rules.indices { enter(index) }
  }

  @inline(__always)
  private func pair(_ index: Int) -> UInt64 { Self.key(rules[index].left, rules[index].right) }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
