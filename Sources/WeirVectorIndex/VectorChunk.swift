/// Up to `capacity` vectors in one run of memory, each padded with zeros to whole lanes.
///
/// The unit that is copied when a writer changes vectors that a search still reads: 256 vectors of 384 numbers are
/// 384 KB.
struct VectorChunk: Sendable {
  typealias Lane = SIMD16<Float>
  static let capacity = 256

  private(set) var ids: [Int64] = []
  private var lanes: [Lane] = []
  private let lanesPerVector: Int

  init(lanesPerVector: Int) {
    self.lanesPerVector = lanesPerVector
    ids.reserveCapacity(VectorChunk.capacity)
    lanes.reserveCapacity(VectorChunk.capacity * lanesPerVector)
  }

  static func lanes(of vector: [Float]) -> [Lane] {
    stride(from: 0, to: vector.count, by: Lane.scalarCount).map { start in
      var lane = Lane.zero
      for offset in 0..<min(Lane.scalarCount, vector.count - start) { lane[offset] = vector[start + offset] }
      return lane
    }
  }

  mutating func append(_ id: Int64, _ vector: some Collection<Lane>) {
    ids.append(id)
    lanes.append(contentsOf: vector)
  }

  func vector(at slot: Int) -> ArraySlice<Lane> {
    lanes[slot * lanesPerVector..<(slot + 1) * lanesPerVector]
  }

  mutating func replace(_ slot: Int, with id: Int64, _ vector: some Collection<Lane>) {
    ids[slot] = id
    lanes.replaceSubrange(slot * lanesPerVector..<(slot + 1) * lanesPerVector, with: vector)
  }

  mutating func removeLast() {
    ids.removeLast()
    lanes.removeLast(lanesPerVector)
  }

  /// Passes the dot product of `query` with every vector.
  func forEachSimilarity(to query: [Lane], _ body: (_ id: Int64, _ similarity: Float) -> Void) {
    precondition(query.count == lanesPerVector, "a query has as many lanes as the vectors")
    let (lanes, query) = (lanes.span, query.span)
    for slot in 0..<ids.count {
      let start = slot * lanesPerVector
      // Separate products and sums: without a fused instruction in the baseline, a fused one is a library call.
      var sum = Lane.zero
      for lane in 0..<lanesPerVector {
        // In bounds, for `append`, `replace` and `removeLast` keep `lanes` at `lanesPerVector` for each id.
        unsafe sum += lanes[unchecked: start + lane] * query[unchecked: lane]
      }
      body(ids[slot], sum.sum())
    }
  }
}
