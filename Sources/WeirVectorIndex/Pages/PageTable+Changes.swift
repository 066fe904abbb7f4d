extension PageTable {
  /// Sets a key's value and returns the one before (writer). The value is less than `UInt32.max`.
  ///
  /// A damaged bucket is emptied first: its entries were misses already. Throws `damaged` where the directory is, and
  /// `full` where the file may not grow; the table is then as it was.
  @discardableResult
  package func setValue(_ value: UInt32, for key: UInt64) throws(PageFileFailure) -> UInt32? {
    precondition(value < UInt32.max, "the largest value stands for none")
    let words = try changeableHead()
    let hash = Self.hash(key, words.load64(Offset.seed))
    // A split leaves all keys in one half at worst; more of them than there are bits cannot help.
    for _ in 0...maximumDepth {
      let (page, bucket) = try changeableBucket(of: hash, words)
      if !bucket.isFull || bucket.value(for: key, hash) != nil {
        let (old, fits) = bucket.set(value, for: key, hash)
        if fits {
          if old == nil { words.store64(words.load64(Offset.count) &+ 1, Offset.count) }
          return old
        }
      }
      try split(page, bucket, hash, words)
    }
    throw .damaged(path: file.path, page: head)
  }

  /// Removes a key and returns its value (writer); nil also where its bucket is damaged.
  @discardableResult
  package func removeValue(for key: UInt64) throws(PageFileFailure) -> UInt32? {
    guard let words = headWords else { throw .damaged(path: file.path, page: head) }
    let seed = words.load64(Offset.seed)
    let hash = Self.hash(key, seed)
    guard let page = bucket(of: hash, words), let bucket = PageBucket(file, page),
      bucket.value(for: key, hash) != nil
    else { return nil }
    file.markDirty(head)
    file.markDirty(page)
    let old = bucket.remove(key, hash) { Self.hash($0, seed) }
    words.store64(words.load64(Offset.count) &- 1, Offset.count)
    return old
  }

  /// Passes all entries, in no order; those of damaged buckets are left out.
  package func forEach(_ body: (UInt64, UInt32) -> Void) {
    guard let words = headWords else { return }
    var seen: Set<Int> = []
    for index in 0..<1 << min(depth, maximumDepth) {
      guard let page = entry(index, words), seen.insert(page).inserted else { continue }
      PageBucket(file, page)?.forEach(body)
    }
  }

  private func changeableHead() throws(PageFileFailure) -> PageWords {
    guard let words = headWords, Int(words.load32(Offset.depth)) <= maximumDepth, file.markDirty(head) else {
      throw .damaged(path: file.path, page: head)
    }
    return words
  }

  private func changeableBucket(
    of hash: UInt64, _ words: PageWords
  ) throws(PageFileFailure) -> (Int, PageBucket) {
    guard let page = bucket(of: hash, words), page > 0, page < file.pageCount, page != head else {
      throw .damaged(path: file.path, page: head)
    }
    if !file.isSound(page) { try empty(page, words) }
    guard file.markDirty(page), let bucket = PageBucket(file, page) else {
      throw .damaged(path: file.path, page: page)
    }
    return (page, bucket)
  }

  /// Makes a damaged page an empty bucket again; how many bits its keys shared follows from how often it is named.
  private func empty(_ page: Int, _ words: PageWords) throws(PageFileFailure) {
    let depth = self.depth
    var names = 0
    for index in 0..<1 << depth where entry(index, words) == page { names += 1 }
    guard names > 0, names & (names - 1) == 0 else { throw .damaged(path: file.path, page: page) }
    file.reset(page)
    PageBucket.begin(file, page, depth: depth - names.trailingZeroBitCount)
  }

  // MARK: Growth

  private func split(
    _ page: Int, _ bucket: PageBucket, _ hash: UInt64, _ words: PageWords
  ) throws(PageFileFailure) {
    let shared = bucket.depth
    if shared >= depth { try doubleDirectory(words) }
    guard shared < depth else { throw .damaged(path: file.path, page: page) }
    let (seed, bit) = (words.load64(Offset.seed), UInt64(1) << UInt64(shared))
    var (kept, moved): ([(key: UInt64, hash: UInt64, value: UInt32)], [(key: UInt64, hash: UInt64, value: UInt32)])
    (kept, moved) = ([], [])
    bucket.forEach { key, value in
      let hash = Self.hash(key, seed)
      if hash & bit == 0 { kept.append((key, hash, value)) } else { moved.append((key, hash, value)) }
    }
    // All that can fail comes before the first change.
    let named = stride(from: Int(hash & (bit - 1) | bit), to: 1 << depth, by: 1 << (shared + 1))
    var places: [(page: Int, offset: Int)] = []
    for index in named {
      guard let place = place(of: index, words), file.markDirty(place.page) else {
        throw .damaged(path: file.path, page: head)
      }
      places.append(place)
    }
    let other = try file.append(1)
    PageBucket.begin(file, other, depth: shared + 1)
    PageBucket(file, other)?.replaceAll(with: moved, depth: shared + 1)
    // Readers find the moved entries in both before they find them in the new one alone.
    for place in places { PageWords(file, place.page).store32(UInt32(other), place.offset) }
    bucket.replaceAll(with: kept, depth: shared + 1)
  }

  /// Repeats the directory behind itself and lets one more bit choose.
  private func doubleDirectory(_ words: PageWords) throws(PageFileFailure) {
    let old = 1 << depth
    guard depth < maximumDepth else { throw .full(path: file.path, pages: 2 * old, allowed: old) }
    let needed = (2 * old + entriesPerPage - 1) / entriesPerPage
    let present = Int(words.load32(Offset.directoryPages))
    guard present <= needed else { throw .damaged(path: file.path, page: head) }
    if present < needed {
      let first = try file.append(needed - present)
      for page in first..<first + needed - present {
        file.setKind(Self.directoryKind, of: page)
        words.store32(UInt32(page), Offset.directory + 4 * (present + page - first))
      }
      words.store32(UInt32(needed), Offset.directoryPages)
    }
    for index in 0..<old {
      guard let bucket = entry(index, words), let place = place(of: old + index, words), file.markDirty(place.page)
      else { throw .damaged(path: file.path, page: head) }
      PageWords(file, place.page).store32(UInt32(bucket), place.offset)
    }
    words.store32(UInt32(depth + 1), Offset.depth)
  }
}
