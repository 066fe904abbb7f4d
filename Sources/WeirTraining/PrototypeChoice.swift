internal import WeirClassifier

/// Chooses the examples that are kept: the most central one of an intent, then always the one farthest from those chosen.
enum PrototypeChoice {
  /// Rows of one intent that are looked at; more change little and cost their square.
  private static let mostCandidates = 400

  static func choose(
    _ rows: TrainingRows, intents: Int, perIntent: Int
  ) -> (vectors: [[Float]], prototypes: Prototypes?) {
    let groups = Dictionary(grouping: rows.labels.indices, by: { rows.labels[$0] }).sorted { $0.key < $1.key }
    let chosen = ParallelJobs.run(groups.count) { group in
      let candidates = evenly(groups[group].value, Self.mostCandidates).map { rows.vectors[$0] }
      let most = groups[group].key == intents ? perIntent * 8 : perIntent
      return farthestFirst(candidates, most: most)
    }
    let owners = zip(groups, chosen).flatMap { group, vectors in vectors.map { _ in group.key } }
    // What the file holds is what is measured.
    let vectors = chosen.flatMap { $0 }.map { $0.map { Float(Float16($0)) } }
    return (vectors, Prototypes(rows: vectors, owners: owners))
  }

  /// At most `most` of the rows, spread over all of them.
  private static func evenly(_ rows: [Int], _ most: Int) -> [Int] {
    guard rows.count > most else { return rows }
    return (0..<most).map { rows[$0 * rows.count / most] }
  }

  static func farthestFirst(_ rows: [[Float]], most: Int) -> [[Float]] {
    guard rows.count > most else { return rows }
    let mean = DirectionMean.of(rows)
    var closeness = rows.map { DenseLayer.dot($0[...], mean) }
    var chosen = [closeness.indices.max { (closeness[$0], $1) < (closeness[$1], $0) } ?? 0]
    closeness = rows.map { DenseLayer.dot($0[...], rows[chosen[0]]) }
    while chosen.count < most {
      let next = closeness.indices.min { (closeness[$0], $0) < (closeness[$1], $1) } ?? 0
      chosen.append(next)
      for index in rows.indices {
        closeness[index] = max(closeness[index], DenseLayer.dot(rows[index][...], rows[next]))
      }
    }
    return chosen.map { rows[$0] }
  }

  /// The unit-length mean of each intent's rows; any direction for an intent without rows.
  static func centres(_ rows: TrainingRows, intents: Int) -> [[Float]] {
    let groups = Dictionary(grouping: rows.labels.indices, by: { rows.labels[$0] })
    return (0..<intents).map { intent in
      DirectionMean.of((groups[intent] ?? []).map { rows.vectors[$0] }, width: rows.vectors[0].count)
    }
  }
}

/// The mean direction of unit-length vectors.
enum DirectionMean {
  static func of(_ vectors: [[Float]], width: Int? = nil) -> [Float] {
    let width = width ?? vectors.first?.count ?? 0
    var sum = [Double](repeating: 0, count: width)
    for vector in vectors { for index in 0..<width { sum[index] += Double(vector[index]) } }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 1e-9 else { return (0..<width).map { $0 == 0 ? 1 : 0 } }
    return sum.map { Float($0 / length) }
  }
}
