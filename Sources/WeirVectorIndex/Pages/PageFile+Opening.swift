import Glibc
internal import WeirFiles

extension PageFile {
  /// Opens the file, making it where there is none.
  ///
  /// A file that is of no use (another identity, a damaged root, more than `maximumPages`) is replaced by an empty one;
  /// `start` says so. A complete journal is written into the file first. `onDamage` is called once for each page that is
  /// found to be damaged, on the thread that finds it.
  ///
  /// A `reader` changes nothing: it throws `unreadable` where an owner would begin anew. Throws `inUse` while another
  /// process owns the file.
  package static func open(
    path: String, identity: PageFileIdentity, maximumPages: Int, access: Access = .owner,
    onDamage: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(PageFileFailure) -> PageFile {
    try open(
      path: path, identity: identity, maximumPages: maximumPages, access: access, calls: SystemCalls(),
      onDamage: onDamage)
  }

  static func open(
    path: String, identity: PageFileIdentity, maximumPages: Int, access: Access, calls: any PageFileCalls,
    onDamage: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(PageFileFailure) -> PageFile {
    let request = PageFileOpening.Request(
      path: path, identity: identity, maximumPages: min(maximumPages, Int(Int32.max)), calls: calls)
    switch access {
    case .owner: return PageFile(try PageFileOpening(owning: request, onDamage: onDamage))
    case .reader: return PageFile(try PageFileOpening(reading: request, onDamage: onDamage))
    }
  }
}

/// What an open file is made of, and how it comes to be.
struct PageFileOpening {
  let request: Request
  let access: PageFile.Access
  let start: PageFileStart
  let space: PageSpace
  let marks: PageMarks
  let shelf: PageShelf
  let lock: PageFileLock
  let onDamage: @Sendable (Int) -> Void

  struct Request {
    var path: String
    var identity: PageFileIdentity
    var maximumPages: Int
    var calls: any PageFileCalls

    func stream(_ suffix: String, _ flags: Int32) throws(PageFileFailure) -> PageStream {
      try PageStream(path: path + suffix, flags: flags, calls: calls)
    }

    /// Nil where there is none.
    func existing(_ suffix: String, _ flags: Int32) throws(PageFileFailure) -> PageStream? {
      do throws(PageFileFailure) { return try stream(suffix, flags) } catch {
        if case .file(.missing) = error { return nil }
        throw error
      }
    }

    /// A new file is durable once its folder is.
    func synchronizeFolder() throws(PageFileFailure) {
      let folder = AtomicFile.folder(of: path) + "/."
      try PageStream(path: folder, flags: O_RDONLY | O_DIRECTORY, calls: calls).synchronize()
    }
  }

  // MARK: Owner

  init(owning request: Request, onDamage: @escaping @Sendable (Int) -> Void) throws(PageFileFailure) {
    lock = try PageFileLock(owning: request.path + ".lock")
    let file = try request.stream("", O_RDWR | O_CREAT)
    let pageBytes = request.identity.pageBytes
    let first = PageFirst(pageBytes: pageBytes)
    try first.read(file)
    let hadJournal = try request.existing("-journal", O_RDWR) != nil
    let journal = PageJournal(stream: try request.stream("-journal", O_RDWR | O_CREAT), pageBytes: pageBytes)
    var start = try Self.recover(file, journal, first, request)
    if try journal.stream.size() > 0 {
      try journal.stream.resize(to: 0)
      try journal.stream.synchronize()
    }
    if start == .continued, let reason = first.root.objection(to: request.identity, maximumPages: request.maximumPages)
    {
      start = .replaced(reason)
    }
    // Nothing of its owner's is durable yet: it was stopped before its first checkpoint.
    if start == .continued, first.stamp.generation == PageFirst.generation { start = .created }
    if start != .continued { try Self.begin(file, first, request) }
    if start != .continued || !hadJournal { try request.synchronizeFolder() }
    shelf = PageShelf(file: file, journal: journal, stamp: first.stamp, durablePages: first.root.pageCount)
    self.start = start
    (space, marks) = try Self.map(file, first, request, trims: true)
    self.request = request
    access = .owner
    self.onDamage = onDamage
  }

  /// Completes an interrupted checkpoint and says how the file begins, as far as its journal tells.
  private static func recover(
    _ file: PageStream, _ journal: PageJournal, _ first: PageFirst, _ request: Request
  ) throws(PageFileFailure) -> PageFileStart {
    if try file.size() == 0 { return .created }
    switch try journal.state() {
    case .empty: return .continued
    case .partial: return try journal.wasApplied(to: file, after: first.stamp) ? .replaced(.damagedJournal) : .continued
    case .complete(let contents):
      if first.isFollowed(by: contents) {
        try journal.replay(contents, into: file)
        try first.read(file)
      }
      return .continued
    }
  }

  /// Makes the file one of a single page.
  private static func begin(
    _ file: PageStream, _ first: PageFirst, _ request: Request
  ) throws(PageFileFailure) {
    try file.resize(to: 0)
    first.begin(request.identity)
    try unsafe file.write(UnsafeRawBufferPointer(first.buffer.bytes), at: 0)
    try file.synchronize()
  }

  private static func map(
    _ file: PageStream, _ first: PageFirst, _ request: Request, trims: Bool
  ) throws(PageFileFailure) -> (PageSpace, PageMarks) {
    let (pages, pageBytes, size) = (first.root.pageCount, request.identity.pageBytes, try file.size())
    // What lies behind the pages is of a checkpoint that did not happen; the next one writes over it in any case.
    if trims, size > pages * pageBytes { try? file.resize(to: pages * pageBytes) }
    let space = try PageSpace(path: request.path, pageBytes: pageBytes, maximumPages: request.maximumPages)
    try space.mapFile(file.number, upTo: min(pages, size / pageBytes))
    // Pages that the file has lost are zeros, which no checksum fits.
    try space.mapMemory(upTo: pages)
    return (space, try PageMarks(path: request.path, count: request.maximumPages))
  }

  // MARK: Reader

  init(reading request: Request, onDamage: @escaping @Sendable (Int) -> Void) throws(PageFileFailure) {
    lock = try PageFileLock(reading: request.path + ".lock")
    let file = try request.stream("", O_RDONLY)
    let pageBytes = request.identity.pageBytes
    let first = PageFirst(pageBytes: pageBytes)
    try first.read(file)
    var pending: (PageJournal, PageJournal.Contents)?
    if let stream = try request.existing("-journal", O_RDONLY) {
      let journal = PageJournal(stream: stream, pageBytes: pageBytes)
      switch try journal.state() {
      case .partial where try journal.wasApplied(to: file, after: first.stamp): throw .unreadable(path: request.path)
      case .complete(let contents) where first.isFollowed(by: contents):
        pending = (journal, contents)
        try first.read(journal, contents)
      default: break
      }
    }
    guard first.root.objection(to: request.identity, maximumPages: request.maximumPages) == nil,
      first.stamp.generation != PageFirst.generation
    else {
      throw .unreadable(path: request.path)
    }
    (space, marks) = try Self.map(file, first, request, trims: false)
    if let (journal, contents) = pending { try space.show(journal, contents, below: first.root.pageCount) }
    shelf = PageShelf(file: file, journal: nil, stamp: first.stamp, durablePages: first.root.pageCount)
    start = .continued
    self.request = request
    access = .reader
    self.onDamage = onDamage
  }
}

/// The first page as it is read before anything is mapped; zeros where the file has none.
struct PageFirst {
  /// Of a file without a checkpoint of its owner.
  static let generation: UInt64 = 1

  let buffer: PageBuffer
  let root: PageRoot

  init(pageBytes: Int) {
    buffer = PageBuffer(byteCount: pageBytes)
    root = buffer.root
  }

  var stamp: PageHeader.Stamp {
    PageHeader.Stamp(tag: root.header.tag, file: root.header.file, generation: root.header.generation)
  }

  private var isSealed: Bool { root.header.hasMagic && root.isSealed(pageBytes: unsafe buffer.bytes.count) }

  /// Refuses what is not a regular file.
  func read(_ file: PageStream) throws(PageFileFailure) {
    guard try file.size() > 0, try unsafe file.read(into: buffer.bytes, at: 0) else {
      // A page that is there in part is none, even where zeros would complete it.
      _ = unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
      return
    }
  }

  func read(_ journal: PageJournal, _ contents: PageJournal.Contents) throws(PageFileFailure) {
    _ = try journal.forEachImage(contents) { number, image throws(PageFileFailure) in
      guard number == 0 else { return false }
      unsafe buffer.bytes.copyMemory(from: UnsafeRawBufferPointer(start: image.page, count: buffer.bytes.count))
      return true
    }
  }

  /// Whether the journal is of the checkpoint that wrote this page or would write it next. A root that is not whole may
  /// be torn by that very checkpoint.
  func isFollowed(by contents: PageJournal.Contents) -> Bool {
    guard isSealed else { return true }
    return contents.file == stamp.file
      && (contents.generation == stamp.generation || contents.generation == stamp.generation &+ 1)
  }

  /// Makes it the first page of an empty file.
  func begin(_ identity: PageFileIdentity) {
    unsafe buffer.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    root.begin(identity)
    let stamp = PageHeader.Stamp(tag: identity.tag, file: .random(in: .min ... .max), generation: Self.generation)
    root.header.seal(stamp, number: 0, pageBytes: identity.pageBytes)
  }
}
