internal import Synchronization

/// A page as little-endian numbers that one thread writes while others read: every access is whole.
@safe
struct PageWords {
  private let page: UnsafeMutableRawPointer
  let byteCount: Int

  init(_ file: PageFile, _ number: Int) {
    unsafe page = file.page(number)
    byteCount = file.identity.pageBytes
  }

  @inline(__always)
  private func atomic32(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt32>> {
    precondition(offset >= 0 && offset <= byteCount - 4 && offset % 4 == 0, "a number lies within its page")
    return unsafe (page + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  @inline(__always)
  private func atomic64(_ offset: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    precondition(offset >= 0 && offset <= byteCount - 8 && offset % 8 == 0, "a number lies within its page")
    return unsafe (page + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @inline(__always)
  func load32(_ offset: Int) -> UInt32 {
    unsafe UInt32(littleEndian: atomic32(offset).pointee.load(ordering: .acquiring))
  }

  @inline(__always)
  func load64(_ offset: Int) -> UInt64 {
    unsafe UInt64(littleEndian: atomic64(offset).pointee.load(ordering: .acquiring))
  }

  @inline(__always)
  func store32(_ value: UInt32, _ offset: Int) {
    unsafe atomic32(offset).pointee.store(value.littleEndian, ordering: .releasing)
  }

  @inline(__always)
  func store64(_ value: UInt64, _ offset: Int) {
    unsafe atomic64(offset).pointee.store(value.littleEndian, ordering: .releasing)
  }
}
