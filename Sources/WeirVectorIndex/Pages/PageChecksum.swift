/// The checksum of a page: eight lanes of 64 bits, each a chain of exclusive or, odd multiplication and rotation.
///
/// Every step maps words one to one, so a change that lies within one aligned word of eight bytes is always found; of
/// others one in 2^64 is missed. It guards against accidents, not against somebody who can compute it too.
enum PageChecksum {
  /// Of `count` bytes, a multiple of 64, from `start`, with the word at `skipped` taken as zero.
  static func of(_ start: UnsafeRawPointer, count: Int, skipping skipped: Int) -> UInt64 {
    precondition(count > 0 && count % 64 == 0 && skipped % 8 == 0, "a checksum is that of whole lines of 64 bytes")
    var lanes: Lanes = (seed(0), seed(1), seed(2), seed(3), seed(4), seed(5), seed(6), seed(7))
    var offset = 0
    while offset < count {
      if skipped >= offset, skipped < offset + 64 {
        unsafe addLine(start + offset, without: skipped - offset, &lanes)
      } else {
        unsafe addLine(start + offset, &lanes)
      }
      offset += 64
    }
    var result = UInt64(truncatingIfNeeded: count)
    for lane in [lanes.0, lanes.1, lanes.2, lanes.3, lanes.4, lanes.5, lanes.6, lanes.7] { result = step(result, lane) }
    return result ^ (result >> 32)
  }

  private typealias Lanes = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func seed(_ lane: UInt64) -> UInt64 { (lane &+ 1) &* factor }

  /// One to one in `word` for a given state and in the state for a given `word`.
  @inline(__always)
  private static func step(_ state: UInt64, _ word: UInt64) -> UInt64 {
    let product = (state ^ word) &* factor
    return product << 29 | product >> 35
  }

  @inline(__always)
  private static func word(_ line: UnsafeRawPointer, _ number: Int) -> UInt64 {
    unsafe UInt64(littleEndian: line.loadUnaligned(fromByteOffset: number * 8, as: UInt64.self))
  }

  @inline(__always)
  private static func addLine(_ line: UnsafeRawPointer, _ lanes: inout Lanes) {
    lanes.0 = unsafe step(lanes.0, word(line, 0))
    lanes.1 = unsafe step(lanes.1, word(line, 1))
    lanes.2 = unsafe step(lanes.2, word(line, 2))
    lanes.3 = unsafe step(lanes.3, word(line, 3))
    lanes.4 = unsafe step(lanes.4, word(line, 4))
    lanes.5 = unsafe step(lanes.5, word(line, 5))
    lanes.6 = unsafe step(lanes.6, word(line, 6))
    lanes.7 = unsafe step(lanes.7, word(line, 7))
  }

  private static func addLine(_ line: UnsafeRawPointer, without skipped: Int, _ lanes: inout Lanes) {
    var copy = InlineArray<8, UInt64>(repeating: 0)
    for number in 0..<8 where number * 8 != skipped { copy[number] = unsafe word(line, number) }
    lanes.0 = step(lanes.0, copy[0])
    lanes.1 = step(lanes.1, copy[1])
    lanes.2 = step(lanes.2, copy[2])
    lanes.3 = step(lanes.3, copy[3])
    lanes.4 = step(lanes.4, copy[4])
    lanes.5 = step(lanes.5, copy[5])
    lanes.6 = step(lanes.6, copy[6])
    lanes.7 = step(lanes.7, copy[7])
  }
}
