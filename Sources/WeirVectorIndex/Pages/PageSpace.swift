import Glibc
internal import WeirFiles

/// The addresses of a file's pages: the file's own, mapped privately, then memory of pages that are not in it yet.
///
/// Addresses for all pages that there may ever be are reserved at once, so no page moves. What is reserved and not yet
/// a page cannot be touched.
@safe
final class PageSpace {
  let base: UnsafeMutableRawPointer
  let pageBytes: Int
  let maximumPages: Int
  /// Pages that show the file.
  private(set) var filePages = 0
  /// Pages that can be touched: those of the file, then memory.
  private(set) var usablePages = 0
  private let path: String

  init(path: String, pageBytes: Int, maximumPages: Int) throws(PageFileFailure) {
    let system = sysconf(Int32(_SC_PAGESIZE))
    guard pageBytes % system == 0 else { throw .pageBytes(found: pageBytes, system: system) }
    let (bytes, overflows) = pageBytes.multipliedReportingOverflow(by: maximumPages)
    guard !overflows, maximumPages > 0 else { throw .memory(path: path, bytes: Int.max, code: ENOMEM) }
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let base = unsafe mmap(nil, bytes, PROT_NONE, flags, -1, 0), unsafe base != MAP_FAILED else {
      throw .memory(path: path, bytes: bytes, code: errno)
    }
    unsafe self.base = base
    self.pageBytes = pageBytes
    self.maximumPages = maximumPages
    self.path = path
  }

  deinit { unsafe munmap(base, pageBytes * maximumPages) }

  /// Shows the file's pages from the end of what shows it already up to `end`; their memory is given back.
  func mapFile(_ file: Int32, upTo end: Int) throws(PageFileFailure) {
    precondition(end <= maximumPages, "a file is mapped within the addresses that are reserved for it")
    guard end > filePages else { return }
    try map(filePages..<end, MAP_PRIVATE | MAP_NORESERVE, file)
    filePages = end
    usablePages = max(usablePages, end)
  }

  /// Makes the pages below `end` usable, as zeros where there is none yet.
  func mapMemory(upTo end: Int) throws(PageFileFailure) {
    guard end > usablePages else { return }
    // A system call for each page would cost more than the page.
    let rounded = min(maximumPages, (end + 255) / 256 * 256)
    precondition(end <= rounded, "memory is mapped within the addresses that are reserved for it")
    try map(usablePages..<rounded, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1)
    usablePages = rounded
  }

  private func map(_ pages: Range<Int>, _ flags: Int32, _ file: Int32) throws(PageFileFailure) {
    let bytes = pages.count * pageBytes
    let place = unsafe base + pages.lowerBound * pageBytes
    let offset = file < 0 ? 0 : pages.lowerBound * pageBytes
    guard unsafe mmap(place, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED, file, offset) != MAP_FAILED else {
      throw .memory(path: path, bytes: bytes, code: errno)
    }
  }

  /// Forgets the private copies of pages whose contents the file has.
  func releaseCopies(_ pages: Range<Int>) {
    let pages = pages.clamped(to: 0..<filePages)
    if pages.isEmpty { return }
    // Where it is refused the copies stay: they have the same bytes.
    _ = unsafe madvise(base + pages.lowerBound * pageBytes, pages.count * pageBytes, Int32(MADV_DONTNEED))
  }

  /// Copies a journal's images over the pages below `end`, for this process alone.
  func show(_ journal: PageJournal, _ contents: PageJournal.Contents, below end: Int) throws(PageFileFailure) {
    let isWhole = try journal.forEachImage(contents) { number, image throws(PageFileFailure) in
      if number < end { unsafe (base + number * pageBytes).copyMemory(from: image.page, byteCount: pageBytes) }
      return true
    }
    guard isWhole else { throw .file(.changed(path: journal.stream.path)) }
  }
}
