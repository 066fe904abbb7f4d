internal import WeirTensor
internal import WeirVectorIndex

/// The final score of what an index finds, from the vectors as they were before rounding: what the cache does with the
/// vectors of the database's rows. They are read from the mapped file of all vectors instead.
struct FloatRescoring {
  /// Candidates more than are asked for.
  static let more = 6

  private let base: VectorFile
  private let query: FloatBuffer
  private let stored: FloatBuffer

  init(_ base: VectorFile) {
    self.base = base
    query = FloatBuffer(count: base.dimension)
    stored = FloatBuffer(count: base.dimension)
  }

  /// The `count` best of `matches`, whose ids count from 1.
  func best(_ count: Int, of matches: [VectorMatch], for vector: [Float]) throws -> [VectorMatch] {
    query.view.assign(vector)
    var scored = matches
    for index in scored.indices {
      try base.read(Int(scored[index].id) - 1, into: stored.view)
      scored[index].similarity = Kernels.active.dot(query.view, stored.view)
    }
    scored.sort { ($0.similarity, $1.id) > ($1.similarity, $0.id) }
    return Array(scored.prefix(count))
  }
}
