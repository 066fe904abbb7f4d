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

  /// The hash of `count` bytes at `start`.
  @inline(__always)
  func callAsFunction(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var state = second
    if count <= 16 {
      if count >= 8 {
        unsafe (low, high) = (Self.load64(start), Self.load64(start + (count - 8)))
      } else if count >= 4 {
        unsafe (low, high) = (Self.load32(start), Self.load32(start + (count - 4)))
      } else if count > 0 {
        low = unsafe UInt64(start.load(as: UInt8.self)) << 16
        low |= unsafe UInt64(start.load(fromByteOffset: count >> 1, as: UInt8.self)) << 8
        low |= unsafe UInt64(start.load(fromByteOffset: count - 1, as: UInt8.self))
      }
    } else {
      var offset = 0
      while count - offset > 16 {
        state = unsafe Self.fold(
          Self.load64(start + offset) ^ first, Self.load64(start + (offset + 8)) ^ state)
        offset += 16
      }
      unsafe (low, high) = (Self.load64(start + (count - 16)), Self.load64(start + (count - 8)))
    }
    return mixed(low, high, state, UInt64(count))
  }

  /// The hash of a string of up to 32 bytes that is given as four numbers.
  @inline(__always)
  func callAsFunction(_ words: (UInt64, UInt64, UInt64, UInt64)) -> UInt64 {
    Self.fold(words.0 ^ first, words.1 ^ second) ^ Self.fold(words.2 ^ second, words.3 ^ first &+ 0x9E37_79B9)
  }

  @inline(__always)
  private func mixed(_ low: UInt64, _ high: UInt64, _ state: UInt64, _ count: UInt64) -> UInt64 {
    Self.fold(Self.fold(low ^ first, high ^ state) ^ count, first)
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
