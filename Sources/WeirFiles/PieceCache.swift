/// Remembers what short byte strings became: the words of a text repeat.
///
/// Two-way: a string has one of two places, and the one that was asked for last stays. Strings of up to 15 bytes with
/// up to four numbers take 32 bytes, those of up to 31 bytes with up to eight numbers 64; longer ones are not kept. A
/// hit is exact: the whole string is compared.
package struct PieceCache: Sendable {
  package static let longestPiece = 31

  private typealias Words = (UInt64, UInt64, UInt64, UInt64)

  /// The string, zeros, and its length in the last byte (zero where the place is free); then the numbers, two a word,
  /// all ones for none. Two words of each for short strings, four for long ones; two places beside each other.
  private var short: [UInt64]
  private var long: [UInt64]
  private let hash = ByteHash()

  /// A cache of 2 to the power of `bits` places for short strings and a sixteenth of them for long ones.
  package init(bits: Int) {
    precondition((5...20).contains(bits), "A cache has 32 to 2^20 places.")
    short = [UInt64](repeating: 0, count: 4 << bits)
    long = [UInt64](repeating: 0, count: 8 << (bits - 4))
  }

  /// Bytes that the cache takes.
  package var byteCount: Int { (short.count + long.count) * 8 }

  /// Appends what `text[range]` became and returns true, or false where it is not known.
  ///
  /// The empty string and those of more than `longestPiece` bytes are never known.
  package mutating func append(_ text: Span<UInt8>, _ range: Range<Int>, to numbers: inout [Int32]) -> Bool {
    guard range.count <= Self.longestPiece, !range.isEmpty else { return false }
    let words = Self.words(text, range)
    let code = hash(words)
    if range.count <= 15 {
      return Self.append((words.0, words.1 | words.3, 0, 0), half: 2, code, &short, to: &numbers)
    }
    return Self.append(words, half: 4, code, &long, to: &numbers)
  }

  /// Remembers that `text[range]` became `numbers[start...]`; does nothing where one of them is empty or too long.
  package mutating func insert(_ text: Span<UInt8>, _ range: Range<Int>, _ numbers: [Int32], from start: Int) {
    precondition(start >= 0 && start <= numbers.count, "The numbers must begin inside their array.")
    guard range.count <= Self.longestPiece, !range.isEmpty else { return }
    let words = Self.words(text, range)
    let code = hash(words)
    if range.count <= 15 {
      Self.insert((words.0, words.1 | words.3, 0, 0), half: 2, code, &short, numbers[start...])
    } else {
      Self.insert(words, half: 4, code, &long, numbers[start...])
    }
  }

  @inline(__always)
  private static func append(
    _ words: Words, half: Int, _ code: UInt64, _ slots: inout [UInt64], to numbers: inout [Int32]
  ) -> Bool {
    var slots = slots.mutableSpan
    let width = 2 * half
    let first = Int(truncatingIfNeeded: code) & (slots.count / (2 * width) - 1) * 2 * width
    if !areEqual(slots, first, words, half) {
      guard areEqual(slots, first + width, words, half) else { return false }
      for offset in first..<(first + width) { slots.swapAt(offset, offset + width) }
    }
    for offset in (first + half)..<(first + width) {
      let pair = slots[offset]
      let (low, high) = (UInt32(truncatingIfNeeded: pair), UInt32(truncatingIfNeeded: pair >> 32))
      if low == .max { break }
      numbers.append(Int32(bitPattern: low))
      if high == .max { break }
      numbers.append(Int32(bitPattern: high))
    }
    return true
  }

  @inline(__always)
  private static func insert(
    _ words: Words, half: Int, _ code: UInt64, _ slots: inout [UInt64], _ numbers: ArraySlice<Int32>
  ) {
    guard !numbers.isEmpty, numbers.count <= 2 * half, !numbers.contains(-1) else { return }
    var slots = slots.mutableSpan
    let width = 2 * half
    let first = Int(truncatingIfNeeded: code) & (slots.count / (2 * width) - 1) * 2 * width
    for offset in first..<(first + width) { slots[offset + width] = slots[offset] }
    slots[first] = words.0
    slots[first + 1] = words.1
    if half == 4 {
      slots[first + 2] = words.2
      slots[first + 3] = words.3
    }
    var index = numbers.startIndex
    for offset in (first + half)..<(first + width) {
      let low = index < numbers.endIndex ? UInt32(bitPattern: numbers[index]) : .max
      let high = index + 1 < numbers.endIndex ? UInt32(bitPattern: numbers[index + 1]) : .max
      slots[offset] = UInt64(high) << 32 | UInt64(low)
      index += 2
    }
  }

  @inline(__always)
  private static func areEqual(
    _ slots: borrowing MutableSpan<UInt64>, _ place: Int, _ words: Words, _ half: Int
  ) -> Bool {
    guard slots[place] == words.0, slots[place + 1] == words.1 else { return false }
    return half == 2 || (slots[place + 2] == words.2 && slots[place + 3] == words.3)
  }

  /// The string as 31 bytes and its length.
  @inline(__always)
  private static func words(_ text: Span<UInt8>, _ range: Range<Int>) -> Words {
    precondition(range.lowerBound >= 0 && range.upperBound <= text.count, "A range must lie inside its bytes.")
    return unsafe text.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return (0, 0, 0, 0) }
      let (start, count) = unsafe (base + range.lowerBound, range.count)
      let length = UInt64(count) << 56
      if count < 8 { return unsafe (short(start, count), 0, 0, length) }
      // The last word of the string, without the bytes that the words before it hold.
      let tail = unsafe ByteHash.load64(start + (count - 8)) >> UInt64(8 * (8 - count & 7))
      let first = unsafe ByteHash.load64(start)
      switch count >> 3 {
      case 1: return (first, tail, 0, length)
      case 2: return unsafe (first, ByteHash.load64(start + 8), tail, length)
      default: return unsafe (first, ByteHash.load64(start + 8), ByteHash.load64(start + 16), tail | length)
      }
    }
  }

  @inline(__always)
  private static func short(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
    if count >= 4 {
      return unsafe ByteHash.load32(start) | ByteHash.load32(start + (count - 4)) << UInt64(8 * (count - 4))
    }
    var word: UInt64 = 0
    for offset in 0..<count {
      word |= unsafe UInt64(start.load(fromByteOffset: offset, as: UInt8.self)) << UInt64(8 * offset)
    }
    return word
  }
}
