internal import Synchronization
internal import WeirFiles

/// A file of pages that is mapped, checksummed page by page, and changed only by checkpoints that happen whole or not.
///
/// One process owns the file. In it any number of threads read; one at a time calls what is marked "writer". Changes
/// are private to the process until `checkpoint`. A reader may look at a page while the writer changes it: the owner
/// must bear with what it then sees. No reader waits for a lock, and `page` of a number below `pageCount` can be
/// touched at any time, even while a checkpoint runs.
///
/// To open a file reads its first page and none of the others: each is verified when it is first asked for by `isSound`,
/// 0.2 us. Nobody may shorten the file while it is open: the kernel answers with SIGBUS, as for every mapped file. Weir's
/// processes do not, since they hold a lock on `<path>.lock` before they touch it.
// @unchecked Sendable because what readers share is atomic or never changes, and writers take turns by contract.
@safe package final class PageFile: @unchecked Sendable {
  package enum Access: Sendable {
    /// May change the file, alone.
    case owner
    /// Reads it where it lies on a file system or in a folder that cannot be written.
    case reader
  }

  package let path: String
  package let identity: PageFileIdentity
  package let access: Access
  /// How the file began; a `replaced` one has to be filled again.
  package let start: PageFileStart
  package let maximumPages: Int
  let pageBytes: Int
  let base: UnsafeMutableRawPointer
  let space: PageSpace
  /// An atomic byte for each page: `PageState`.
  let states: UnsafeMutablePointer<Atomic<UInt8>>
  let marks: PageMarks
  let opened: PageHeader.Stamp
  let onDamage: @Sendable (Int) -> Void
  private let lock: PageFileLock
  private let count: Atomic<Int>
  private let damaged = Atomic<Int>(0)
  private let dirty = Atomic<Int>(0)

  // Of the writer.
  var shelf: PageShelf
  private var dirtyNumbers: [Int] = []

  /// Takes over what `open` prepared.
  init(_ opening: PageFileOpening) {
    path = opening.request.path
    identity = opening.request.identity
    access = opening.access
    start = opening.start
    maximumPages = opening.space.maximumPages
    pageBytes = opening.space.pageBytes
    unsafe base = opening.space.base
    space = opening.space
    marks = opening.marks
    unsafe states = opening.marks.states
    opened = opening.shelf.stamp
    shelf = opening.shelf
    onDamage = opening.onDamage
    lock = opening.lock
    count = Atomic(opening.shelf.durablePages)
    unsafe states[0].store(PageState.sound, ordering: .releasing)
  }

  // MARK: Reading

  /// Pages in use, the first one included; it only grows.
  package var pageCount: Int { count.load(ordering: .acquiring) }

  /// Where a page begins, for `identity.pageBytes` bytes, as long as the file is open. The bytes at
  /// `PageFile.payloadOffset` and behind are the owner's, in page 0 those behind `PageFile.rootPayloadOffset`.
  @inline(__always)
  package func page(_ number: Int) -> UnsafeMutableRawPointer {
    precondition(number >= 0 && number < pageCount, "a page's number is less than the number of pages")
    return unsafe base + number * pageBytes
  }

  package static let payloadOffset = PageHeader.byteCount
  package static let rootPayloadOffset = PageRoot.ownersOffset

  /// Whether the page is whole; false also for a number that is none. One look at a byte but for the first time.
  ///
  /// Ask before you read a page. A damaged page stays so until `reset`.
  @inline(__always)
  package func isSound(_ number: Int) -> Bool {
    guard number >= 0, number < maximumPages else { return false }
    if unsafe states[number].load(ordering: .acquiring) == PageState.sound { return true }
    return verify(number)
  }

  /// Damaged pages found until now.
  package var damagedPages: Int { damaged.load(ordering: .relaxed) }

  /// The owner's word for what is in the page.
  package func kind(of number: Int) -> UInt32 { unsafe PageHeader(page(number)).kind }

  private func verify(_ number: Int) -> Bool {
    guard number < pageCount else { return false }
    let state = unsafe states[number].load(ordering: .acquiring)
    if state != PageState.unknown { return state == PageState.sound }
    let isWhole = unsafe PageHeader(page(number)).isSealed(opened, number: number, pageBytes: pageBytes)
    let verdict = isWhole ? PageState.sound : PageState.damaged
    let (isFirst, other) = unsafe states[number].compareExchange(
      expected: PageState.unknown, desired: verdict, ordering: .acquiringAndReleasing)
    // Whoever was first is right: a sound page may have been changed by the writer while we looked at it.
    if !isFirst { return other == PageState.sound }
    if !isWhole {
      damaged.wrappingAdd(1, ordering: .relaxed)
      onDamage(number)
    }
    return isWhole
  }

  // MARK: Writing

  /// Says, before a page is changed, that it will be (writer). False for a damaged page, which must not be changed but
  /// by `reset`. Costs a look at a byte when the page is marked already.
  @inline(__always)
  @discardableResult
  package func markDirty(_ number: Int) -> Bool {
    guard number >= 0, number < maximumPages else { return false }
    return marks.isDirty(number) || beginChange(of: number)
  }

  private func beginChange(of number: Int) -> Bool {
    precondition(access == .owner, "only the owner changes pages")
    guard isSound(number) else { return false }
    note(number)
    return true
  }

  private func note(_ number: Int) {
    marks.setDirty(number)
    dirtyNumbers.append(number)
    dirty.store(dirtyNumbers.count, ordering: .relaxed)
  }

  /// Sets the owner's word for what is in the page (writer).
  package func setKind(_ kind: UInt32, of number: Int) {
    if markDirty(number) { unsafe PageHeader(page(number)).kind = kind }
  }

  /// Throws `full` where fewer than so many pages may still be added.
  package func checkRoom(for added: Int) throws(PageFileFailure) {
    let end = pageCount + added
    guard end <= maximumPages else { throw .full(path: path, pages: end, allowed: maximumPages) }
  }

  /// Adds `count` pages of zeros behind the others, sound and dirty, and returns the first one's number (writer).
  package func append(_ added: Int) throws(PageFileFailure) -> Int {
    guard access == .owner else { throw .readOnly(path: path) }
    precondition(added > 0, "at least one page is added")
    let first = pageCount
    let (end, overflows) = first.addingReportingOverflow(added)
    guard !overflows, end <= maximumPages else {
      throw .full(path: path, pages: overflows ? Int.max : end, allowed: maximumPages)
    }
    try space.mapMemory(upTo: end)
    for number in first..<end {
      unsafe states[number].store(PageState.sound, ordering: .releasing)
      note(number)
    }
    count.store(end, ordering: .releasing)
    return first
  }

  /// Makes a page, damaged or not, one of zeros, sound and dirty (writer).
  package func reset(_ number: Int) {
    precondition(access == .owner && number > 0, "only the owner resets pages, and never the first one")
    let place = unsafe page(number)
    // A verdict first, so that no reader computes the checksum of what changes below.
    _ = isSound(number)
    if !marks.isDirty(number) { note(number) }
    unsafe place.initializeMemory(as: UInt8.self, repeating: 0, count: pageBytes)
    let before = unsafe states[number].exchange(PageState.sound, ordering: .acquiringAndReleasing)
    if before == PageState.damaged { damaged.wrappingSubtract(1, ordering: .relaxed) }
  }

  /// Pages that the next checkpoint writes.
  package var dirtyPages: Int { dirty.load(ordering: .relaxed) }

  /// The numbers of those, ascending.
  var sortedDirtyPages: [Int] { dirtyNumbers.sorted() }

  func forgetDirtyPages() {
    for number in dirtyNumbers { marks.clearDirty(number) }
    dirtyNumbers.removeAll(keepingCapacity: dirtyNumbers.count < 1 << 16)
    dirty.store(0, ordering: .relaxed)
  }
}
