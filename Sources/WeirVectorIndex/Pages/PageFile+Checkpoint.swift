extension PageFile {
  /// Makes all changes durable at once (writer); without changes nothing is done.
  ///
  /// New pages are written behind the file's end, where no root knows of them, and synced. Then the changed ones go to
  /// the journal, it is synced, and they are written in place, the root last, and synced. A process or machine that stops
  /// on the way leaves the file as it was or with a complete journal. Afterwards memory shows the file's own pages, which
  /// the kernel may take at any time.
  ///
  /// When this throws, all pages stay changed in memory, and a later checkpoint includes them.
  package func checkpoint() throws(PageFileFailure) {
    guard access == .owner else { throw .readOnly(path: path) }
    guard dirtyPages > 0 else { return }
    markDirty(0)
    try shelf.finish()
    let pages = sortedDirtyPages
    let count = pageCount
    var stamp = shelf.stamp
    stamp.generation += 1
    let root = unsafe PageRoot(page(0))
    root.pageCount = count
    for number in pages { unsafe PageHeader(page(number)).seal(stamp, number: number, pageBytes: pageBytes) }
    let split = pages.firstIndex { $0 >= shelf.durablePages } ?? pages.count
    try writeInPlace(Array(pages[split...]))
    try writeByJournal(Array(pages[..<split]), stamp, count)
    shelf.settle(generation: stamp.generation, pages: count)
    forgetDirtyPages()
    release(pages, upTo: count)
  }

  private func writeInPlace(_ pages: [Int]) throws(PageFileFailure) {
    if pages.isEmpty { return }
    for run in PageRuns(pages) { try write(run) }
    try shelf.file.synchronize()
  }

  private func write(_ run: Range<Int>) throws(PageFileFailure) {
    let bytes = unsafe UnsafeRawBufferPointer(start: base + run.lowerBound * pageBytes, count: run.count * pageBytes)
    try unsafe shelf.file.write(bytes, at: run.lowerBound * pageBytes)
  }

  private func writeByJournal(
    _ pages: [Int], _ stamp: PageHeader.Stamp, _ count: Int
  ) throws(PageFileFailure) {
    guard let journal = shelf.journal else { throw .readOnly(path: path) }
    shelf.isJournalEmpty = false
    try journal.write(pages, of: space, stamp)
    do throws(PageFileFailure) {
      // The root last: while it is the old one, pages that are newer than it are known not to belong to it.
      for run in PageRuns(pages.filter { $0 != 0 }) { try write(run) }
      try write(0..<1)
      try shelf.file.synchronize()
    } catch {
      let contents = PageJournal.Contents(file: stamp.file, generation: stamp.generation, images: pages.count)
      shelf.unfinished = PageShelf.Unfinished(contents: contents, pages: count)
      throw error
    }
  }

  /// Gives back the memory of `pages`, which the file has now.
  private func release(_ pages: [Int], upTo count: Int) {
    for run in PageRuns(pages) { space.releaseCopies(run) }
    // Where the kernel refuses, the pages stay in memory as they are and are shown next time.
    try? space.mapFile(shelf.file.number, upTo: count)
  }
}
