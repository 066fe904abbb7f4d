internal import WeirFiles
package import WeirTensor

/// Examples of the training that are kept to measure how near a prompt is to anything that was seen.
///
/// Unit-length rows in F16, at most a few dozen an intent; the row's owner is an intent's index, or the number of intents
/// for an example that is out of scope.
package struct Prototypes: Sendable {
  package let vectors: WeightMatrix
  package let owners: [Int]

  /// Most rows that a file may hold.
  static let most = 1 << 16
  /// How many of the nearest rows `Distances.meanNearest` averages.
  static let neighbours = 5

  /// Cosines of one prompt to the prototypes; -1 where there are none of a kind.
  package struct Distances: Sendable, Equatable {
    package var nearest: Float = -1
    /// To the nearest prototype of the intent named.
    package var own: Float = -1
    /// Mean of the five nearest in scope.
    package var meanNearest: Float = -1
    package var outOfScope: Float = -1

    package init() {}
  }

  /// `vectors` has a row of unit length for each of `owners`.
  package init(vectors: WeightMatrix, owners: [Int]) {
    precondition(vectors.rows == owners.count, "Every prototype has an owner.")
    self.vectors = vectors
    self.owners = owners
  }

  /// Rows of one length, rounded to F16 as a file holds them; nil without rows.
  package init?(rows: [[Float]], owners: [Int]) {
    guard let columns = rows.first?.count, columns > 0 else { return nil }
    let bytes = ByteRegion(name: "prototypes", copying: IntentClassifier.halves(rows))
    let matrix = try? bytes.withSpan { (span) throws(TensorFailure) in
      try WeightMatrix(type: .f16, rows: rows.count, columns: columns, bytes: span)
    }
    guard let matrix else { return nil }
    self.init(vectors: matrix, owners: owners)
  }

  /// The cosine of `embedding` to each row.
  func cosines(_ embedding: [Float]) -> [Float] {
    let input = Activations(capacity: embedding.count)
    input.load(FloatBuffer(embedding).view, tokens: 1, columns: embedding.count)
    let output = FloatBuffer(count: owners.count)
    vectors.multiply(input, into: output.view)
    return output.view.array
  }

  /// Summary of `cosines` for a prompt that is taken for `intent`, where there are `intents` intents.
  func distances(_ cosines: [Float], intent: Int, intents: Int) -> Distances {
    var found = Distances()
    var best = [Float](repeating: -1, count: Self.neighbours)
    var inScope = 0
    for (cosine, owner) in zip(cosines, owners) {
      guard owner < intents else {
        found.outOfScope = max(found.outOfScope, cosine)
        continue
      }
      inScope += 1
      if owner == intent { found.own = max(found.own, cosine) }
      // An insertion into five sorted places.
      guard cosine > best[Self.neighbours - 1] else { continue }
      var place = Self.neighbours - 1
      while place > 0, best[place - 1] < cosine {
        best[place] = best[place - 1]
        place -= 1
      }
      best[place] = cosine
    }
    let counted = min(inScope, Self.neighbours)
    guard counted > 0 else { return found }
    found.nearest = best[0]
    found.meanNearest = best[..<counted].reduce(0, +) / Float(counted)
    return found
  }
}
