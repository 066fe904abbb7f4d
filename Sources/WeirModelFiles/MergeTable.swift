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

  private struct Rule: Sendable {
    let pair: UInt64
    let packed: UInt64
  }

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
    var size = 64
    while size / 8 * 5 < capacity { size *= 2 }
    slots = [UInt32](repeating: 0, count: size)
    filter = [UInt64](repeating: 0, count: size / 8)
    rules.reserveCapacity(min(capacity, Self.limit))
    var hasher = Hasher()
    hasher.combine(size)
    factor = UInt64(bitPattern: Int64(hasher.finalize())) | 1
  }

  /// Rules by rank: the place in the list.
  init(_ list: [ByteTable.Rule]) {
    self.init(capacity: list.count)
    for (rank, rule) in list.enumerated() {
      let packed = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: rule.union))
      let key = Self.key(rule.left, rule.right)
      set(Rule(pair: key, packed: packed), code(of: key))
    }
  }

  var count: Int { rules.count }

  /// Bytes that the table takes.
  var byteCount: Int { rules.count * 16 + slots.count * 4 + filter.count * 8 }

  /// A pair that is given twice takes the later rule; ids must not be negative.
  mutating func add(_ left: Int32, _ right: Int32, _ merge: Merge) {
    precondition(left >= 0 && right >= 0, "A merge rule joins tokens of the vocabulary.")
    if rules.count >= slots.count / 8 * 5 { grow() }
    let packed = UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
    let key = Self.key(left, right)
    set(Rule(pair: key, packed: packed), code(of: key))
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
    return slot == 0 ? Self.none : rules[Int(slot & 0xFF_FFFF) - 1].packed
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
      if slots[place] >> 24 == tag, rules[Int(slots[place] & 0xFF_FFFF) - 1].pair == key { break }
      place = (place + 1) & mask
    }
    return place
  }

  private mutating func set(_ rule: Rule, _ code: UInt64) {
    let bit = Int(truncatingIfNeeded: code) & (filter.count * 64 - 1)
    filter[bit >> 6] |= 1 << UInt64(bit & 63)
    let place = place(of: rule.pair, code)
    if slots[place] != 0 {
      rules[Int(slots[place] & 0xFF_FFFF) - 1] = rule
      return
    }
    precondition(rules.count < Self.limit, "A merge table holds fewer than 2^24 rules.")
    rules.append(rule)
    slots[place] = UInt32(truncatingIfNeeded: code >> 56) << 24 | UInt32(truncatingIfNeeded: rules.count)
  }

  private mutating func grow() {
    let old = rules
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    filter = [UInt64](repeating: 0, count: filter.count * 2)
    rules.removeAll(keepingCapacity: true)
    for rule in old { set(rule, code(of: rule.pair)) }
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }
}
