import Glibc
internal import Synchronization

/// What is known of a page.
enum PageState {
  static let unknown: UInt8 = 0
  static let sound: UInt8 = 1
  static let damaged: UInt8 = 2
}

/// Two bytes for each page that there may be: its state, which all threads see, and whether the writer changed it.
///
/// The kernel gives memory for those that are touched.
@safe
final class PageMarks {
  let states: UnsafeMutablePointer<Atomic<UInt8>>
  private let dirty: UnsafeMutablePointer<UInt8>
  private let memory: UnsafeMutableRawPointer
  private let byteCount: Int

  init(path: String, count: Int) throws(PageFileFailure) {
    byteCount = 2 * count
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let memory = unsafe mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe memory != MAP_FAILED
    else { throw .memory(path: path, bytes: byteCount, code: errno) }
    unsafe self.memory = memory
    // Zero is `unknown`, in an atomic as in a plain byte.
    unsafe states = memory.bindMemory(to: Atomic<UInt8>.self, capacity: count)
    unsafe dirty = (memory + count).bindMemory(to: UInt8.self, capacity: count)
  }

  deinit { unsafe munmap(memory, byteCount) }

  @inline(__always)
  func isDirty(_ number: Int) -> Bool { unsafe dirty[number] != 0 }

  func setDirty(_ number: Int) { unsafe dirty[number] = 1 }
  func clearDirty(_ number: Int) { unsafe dirty[number] = 0 }
}
