/// Packs a document's sentences into chunks that the encoder reads whole.
///
/// A chunk has the sentences of one section only, at most `limit` tokens with its trail, and begins with the last
/// sentences of the chunk before it, at most `overlap` tokens of them. A sentence longer than a chunk is cut between
/// words, and a word longer than that between characters.
struct Chunker {
  var limit: Int
  var overlap: Int
  var countTokens: (String) -> Int

  /// A trail gets at most this share of a chunk; its outer headings go first.
  private static let trailShare = 3

  private struct Piece {
    var text: String
    var tokens: Int
    var lines: ClosedRange<Int>
  }

  func chunks(of blocks: [DocumentBlock]) -> [DocumentChunk] {
    var chunks: [DocumentChunk] = []
    var start = 0
    while start < blocks.count {
      var end = start + 1
      while end < blocks.count, blocks[end].trail == blocks[start].trail { end += 1 }
      pack(blocks[start..<end], into: &chunks)
      start = end
    }
    return chunks
  }

  private func pack(_ section: ArraySlice<DocumentBlock>, into chunks: inout [DocumentChunk]) {
    guard let first = section.first else { return }
    let (trail, trailTokens) = fittingTrail(first.trail)
    let room = max(limit - trailTokens, 1)
    var kept: [Piece] = []
    var total = 0
    var isNew = false
    func close() {
      guard isNew, let opening = kept.first, let closing = kept.last else { return }
      chunks.append(
        DocumentChunk(
          trail: trail, text: kept.map(\.text).joined(separator: " "),
          lines: opening.lines.lowerBound...max(closing.lines.upperBound, opening.lines.lowerBound),
          tokens: total + trailTokens))
    }
    for block in section {
      for piece in pieces(of: block, room: room) {
        if total + piece.tokens > room {
          close()
          // What is repeated must leave room for what is new.
          var tail: [Piece] = []
          var tokens = 0
          for last in kept.reversed() {
            guard tokens + last.tokens <= overlap, tokens + last.tokens + piece.tokens <= room else { break }
            tail.insert(last, at: 0)
            tokens += last.tokens
          }
          (kept, total, isNew) = (tail, tokens, false)
        }
        kept.append(piece)
        total += piece.tokens
        isNew = true
      }
    }
    close()
  }

  private func fittingTrail(_ trail: [String]) -> (trail: [String], tokens: Int) {
    var trail = trail
    while !trail.isEmpty {
      let tokens = countTokens(trail.joined(separator: " > "))
      if tokens <= limit / Chunker.trailShare { return (trail, tokens) }
      trail.removeFirst()
    }
    return ([], 0)
  }

  private func pieces(of block: DocumentBlock, room: Int) -> [Piece] {
    SentenceSplitter.sentences(of: block.text).flatMap { sentence -> [Piece] in
      let tokens = countTokens(sentence)
      if tokens <= room { return [Piece(text: sentence, tokens: tokens, lines: block.lines)] }
      return cut(sentence, room: room).map { Piece(text: $0.text, tokens: $0.tokens, lines: block.lines) }
    }
  }

  /// Words of a long sentence, as many to a piece as fit; counts words one by one, so that time is linear.
  private func cut(_ sentence: String, room: Int) -> [(text: String, tokens: Int)] {
    var result: [(text: String, tokens: Int)] = []
    var words: [Substring] = []
    var total = 0
    func close() {
      if !words.isEmpty { result.append((words.joined(separator: " "), total)) }
      (words, total) = ([], 0)
    }
    for word in sentence.split(separator: " ").flatMap({ parts(of: $0, room: room) }) {
      // A word is at least one token, unknown ones included.
      let tokens = max(countTokens(String(word)), 1)
      if total + tokens > room { close() }
      words.append(word)
      total += tokens
    }
    close()
    return result
  }

  /// A word that does not fit, cut into pieces that do: a scalar is at most one token.
  private func parts(of word: Substring, room: Int) -> [Substring] {
    guard countTokens(String(word)) > room else { return [word] }
    var parts: [Substring] = []
    var rest = word
    while !rest.isEmpty {
      // Whole characters, but at least one: a character of more scalars than fit stays whole and is cut by the encoder.
      var end = rest.startIndex
      var scalars = 0
      while end < rest.endIndex {
        let next = rest.index(after: end)
        scalars += rest[end..<next].unicodeScalars.count
        if scalars > room, end > rest.startIndex { break }
        end = next
      }
      parts.append(rest[..<end])
      rest = rest[end...]
    }
    return parts
  }
}
