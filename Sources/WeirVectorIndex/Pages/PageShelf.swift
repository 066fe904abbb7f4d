/// The file and its journal on disk, and what is known to be durable there.
struct PageShelf {
  let file: PageStream
  /// Nil for a reader.
  var journal: PageJournal?
  /// Of the last durable checkpoint.
  var stamp: PageHeader.Stamp
  /// Pages in the file then.
  var durablePages: Int
  /// A checkpoint that the journal holds and the file only in part; it must get there before the journal changes.
  var unfinished: Unfinished?
  /// False while the journal may hold a checkpoint that was given up.
  var isJournalEmpty = true

  struct Unfinished {
    var contents: PageJournal.Contents
    var pages: Int
  }

  /// Completes or forgets for good what an earlier checkpoint left behind.
  mutating func finish() throws(PageFileFailure) {
    guard let journal, !isJournalEmpty else { return }
    if let unfinished {
      try journal.replay(unfinished.contents, into: file)
      settle(generation: unfinished.contents.generation, pages: unfinished.pages)
    }
    // Before new pages are written, which the root of a checkpoint that was given up might take for its own.
    try empty(journal)
  }

  /// Notes that a checkpoint is durable in the file.
  mutating func settle(generation: UInt64, pages: Int) {
    stamp.generation = generation
    durablePages = pages
    unfinished = nil
    // A journal that stays is written into the file once more at the next opening, which changes nothing; the next
    // checkpoint tries again.
    if let journal { try? empty(journal) }
  }

  private mutating func empty(_ journal: PageJournal) throws(PageFileFailure) {
    if isJournalEmpty { return }
    try journal.stream.resize(to: 0)
    try journal.stream.synchronize()
    isJournalEmpty = true
  }
}
