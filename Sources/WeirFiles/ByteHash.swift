/// A hash of short byte strings: 64-bit multiplications folded to half, with secret numbers drawn once a process.
///
/// About 3 ns for a word, a fifth of `Hasher`. The secrets keep a hostile vocabulary or text from choosing colliding
/// keys; nothing that leaves the process depends on them.
struct ByteHash: Sendable {
  private let first: UInt64
  private let second: UInt64

  /// Numbers from the standard library's own seed: random, or fixed where `SWIFT_DETERMINISTIC_HASHING` is set.
  private static let secrets: (UInt64, UInt64) = (secret(1), secret(2))

  private static func secret(_ number: Int) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(number)
    return UInt64(bitPattern: Int64(hasher.finalize())) | 1
  }

  init() { (first, second) = Self.secrets }

  /// The hash of the `count` bytes at `start`, given their first sixteen as `front` loads them.
  @inline(__always)
  func callAsFunction(_ front: Front, _ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    let code = Self.fold(front.low ^ first, front.high ^ second ^ UInt64(truncatingIfNeeded: count))
    return count <= 16 ? Self.fold(code, first) : unsafe long(code, start, count)
  }

  private func long(_ code: UInt64, _ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var state = code
    var offset = 16
    while count - offset > 16 {
      state = unsafe Self.fold(Self.load64(start + offset) ^ first, Self.load64(start + (offset + 8)) ^ state)
      offset += 16
    }
    state = unsafe Self.fold(
      Self.load64(start + (count - 16)) ^ first, Self.load64(start + (count - 8)) ^ state)
    return Self.fold(state, first)
  }

  /// The first sixteen bytes of a string, zeros behind its end.
  struct Front: Equatable {
    let low: UInt64
    let high: UInt64

    /// Of the `count` bytes at `start`, behind which there is memory up to `available`: sixteen are read at once where
    /// they are there, without a branch on the length.
    @inline(__always)
    init(_ start: UnsafeRawPointer, _ count: Int, available: Int) {
      if available >= 16 {
        low = unsafe ByteHash.load64(start) & ((1 << UInt64(min(count, 8) * 8)) &- 1)
        high = unsafe ByteHash.load64(start + 8) & ((1 << UInt64(max(min(count, 16) - 8, 0) * 8)) &- 1)
      } else {
        unsafe (low, high) = Self.carefully(start, min(count, 16))
      }
    }

    private static func carefully(_ start: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
      var words: (UInt64, UInt64) = (0, 0)
      for offset in 0..<count {
        let byte = unsafe UInt64(start.load(fromByteOffset: offset, as: UInt8.self))
        if offset < 8 { words.0 |= byte << UInt64(8 * offset) } else { words.1 |= byte << UInt64(8 * offset - 64) }
      }
      return words
    }
  }

  /// The hash of a string of up to 32 bytes that is given as four numbers.
  @inline(__always)
  func callAsFunction(_ words: (UInt64, UInt64, UInt64, UInt64)) -> UInt64 {
    Self.fold(words.0 ^ first, words.1 ^ second) ^ Self.fold(words.2 ^ second, words.3 ^ first &+ 0x9E37_79B9)
  }

  @inline(__always)
  private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
  }

  @inline(__always)
  static func load64(_ start: UnsafeRawPointer) -> UInt64 { unsafe start.loadUnaligned(as: UInt64.self) }

  @inline(__always)
  static func load32(_ start: UnsafeRawPointer) -> UInt64 { unsafe UInt64(start.loadUnaligned(as: UInt32.self)) }
}
