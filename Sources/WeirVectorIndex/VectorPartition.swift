/// The vectors that one search looks through: full chunks, and a last one that may be part full.
struct VectorPartition: Sendable {
  private var chunks: [VectorChunk] = []
  private let lanesPerVector: Int

  init(lanesPerVector: Int) {
    self.lanesPerVector = lanesPerVector
  }

  var count: Int {
    chunks.isEmpty ? 0 : (chunks.count - 1) * VectorChunk.capacity + (chunks.last?.ids.count ?? 0)
  }

  /// Returns the slot that the vector got.
  mutating func append(_ id: Int64, _ vector: [VectorChunk.Lane]) -> Int {
    let slot = count
    if slot == chunks.count * VectorChunk.capacity { chunks.append(VectorChunk(lanesPerVector: lanesPerVector)) }
    chunks[chunks.count - 1].append(id, vector)
    return slot
  }

  /// Fills the slot with the last vector; returns the id that is there now, or the removed one when it was last.
  mutating func remove(slot: Int) -> Int64 {
    let (last, lastSlot) = (count - 1, (count - 1) % VectorChunk.capacity)
    let lastChunk = chunks.count - 1
    let moved = chunks[lastChunk].ids[lastSlot]
    if slot != last {
      let vector = Array(chunks[lastChunk].vector(at: lastSlot))
      chunks[slot / VectorChunk.capacity].replace(slot % VectorChunk.capacity, with: moved, vector)
    }
    chunks[lastChunk].removeLast()
    if chunks[lastChunk].ids.isEmpty { chunks.removeLast() }
    return moved
  }

  /// Best first; equal similarities by ascending id.
  func nearest(to query: [VectorChunk.Lane], count: Int) -> [VectorMatch] {
    func isBetter(_ left: VectorMatch, _ right: VectorMatch) -> Bool {
      (left.similarity, right.id) > (right.similarity, left.id)
    }
    var best: [VectorMatch] = []
    for chunk in chunks {
      chunk.forEachSimilarity(to: query) { id, similarity in
        let match = VectorMatch(id: id, similarity: similarity)
        if best.count == count {
          guard let worst = best.last, isBetter(match, worst) else { return }
          best.removeLast()
        }
        let place = best.firstIndex { isBetter(match, $0) } ?? best.count
        best.insert(match, at: place)
      }
    }
    return best
  }
}
