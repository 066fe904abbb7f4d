import Glibc
import Synchronization

/// Cosines and sines of the positions used so far, in blocks that are made once and stay.
///
/// A window of 4096 positions takes 5 ms and 1 MB with 32 pairs; a short answer uses one or two blocks.
// @unchecked Sendable because a block is written before its address is stored, and never again.
@safe final class RotaryRows: @unchecked Sendable {
  private let frequencies: [Double]
  private let blockCount: Int
  /// Address of each block, 0 until it is made: all cosines, then all sines, position after position.
  private let blocks: UnsafeMutablePointer<Atomic<UInt>>
  private let making = Mutex(())

  static let positionsPerBlock = 64

  init(frequencies: [Double], positions: Int) {
    self.frequencies = frequencies
    blockCount = (positions + Self.positionsPerBlock - 1) / Self.positionsPerBlock
    unsafe blocks = .allocate(capacity: max(blockCount, 1))
    for index in 0..<blockCount { unsafe (blocks + index).initialize(to: Atomic(0)) }
  }

  deinit {
    for index in 0..<blockCount {
      let address = unsafe blocks[index].load(ordering: .acquiring)
      unsafe UnsafeMutableRawPointer(bitPattern: address)?.deallocate()
    }
    unsafe blocks.deinitialize(count: blockCount)
    unsafe blocks.deallocate()
  }

  /// Cosines and sines of a position, one a pair; valid as long as this value lives. Any number of threads may ask.
  func row(_ position: Int) -> (cosine: UnsafePointer<Float>, sine: UnsafePointer<Float>) {
    let (index, row) = position.quotientAndRemainder(dividingBy: Self.positionsPerBlock)
    precondition(position >= 0 && index < blockCount, "a position outside the window")
    let block = unsafe block(index)
    let pairs = frequencies.count
    return unsafe (block + row * pairs, block + (Self.positionsPerBlock + row) * pairs)
  }

  private func block(_ index: Int) -> UnsafePointer<Float> {
    let address = unsafe blocks[index].load(ordering: .acquiring)
    if let made = unsafe UnsafePointer<Float>(bitPattern: address) { return unsafe made }
    return unsafe making.withLock { _ in
      let address = unsafe blocks[index].load(ordering: .acquiring)
      if let made = unsafe UnsafePointer<Float>(bitPattern: address) { return unsafe made }
      let block = unsafe make(index)
      unsafe blocks[index].store(UInt(bitPattern: block), ordering: .releasing)
      return unsafe UnsafePointer(block)
    }
  }

  private func make(_ index: Int) -> UnsafeMutablePointer<Float> {
    let pairs = frequencies.count
    let half = Self.positionsPerBlock * pairs
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * half * MemoryLayout<Float>.size, alignment: 64)
    let block = unsafe memory.bindMemory(to: Float.self, capacity: 2 * half)
    for row in 0..<Self.positionsPerBlock {
      for (pair, frequency) in frequencies.enumerated() {
        let angle = Double(index * Self.positionsPerBlock + row) * frequency
        unsafe (block + row * pairs + pair).initialize(to: Float(cos(angle)))
        unsafe (block + half + row * pairs + pair).initialize(to: Float(sin(angle)))
      }
    }
    return unsafe block
  }
}
