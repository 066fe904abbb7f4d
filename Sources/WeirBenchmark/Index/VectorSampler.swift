internal import WeirDomain

/// Draws unit vectors that lie as a sentence encoder's do: topics of unequal size, each spread along directions of its
/// own, most of which other topics share.
///
/// A vector is topic + spread + noise, brought to length 1. Topics lie in a space of few dimensions whose axes grow
/// weaker; a topic's spread has 40 of 128 directions that all topics draw from, so that around a vector about twenty
/// directions count, as they do among sentences.
package struct VectorSampler {
  package let dimension: Int
  private var random: SplitMix64
  private var topics: [[Float]] = []
  private var directions: [[Float]] = []
  /// For each topic, which directions it spreads along.
  private var spreads: [[Int]] = []
  /// Shares of the topics, added up.
  private var shares: [Double] = []

  private static let topicCount = 1_500
  private static let topicAxes = 48
  private static let directionCount = 128
  private static let spreadCount = 40
  /// How far a vector lies from its topic, which has length 1.
  private static let spread: Float = 0.75
  private static let noise: Float = 0.35

  package init(dimension: Int, seed: UInt64) {
    self.dimension = dimension
    random = SplitMix64(seed: seed)
    let axes = (0..<Self.topicAxes).map { axis in
      unit().map { $0 * Float(1 / (1 + Double(axis) / 6)) }
    }
    for _ in 0..<Self.topicCount {
      var topic = [Float](repeating: 0, count: dimension)
      for axis in axes { Self.add(axis, times: normal(), to: &topic) }
      topics.append(Self.unit(topic))
    }
    for _ in 0..<Self.directionCount { directions.append(unit()) }
    var total = 0.0
    for topic in 0..<Self.topicCount {
      spreads.append(Array((0..<Self.directionCount).shuffled(using: &random).prefix(Self.spreadCount)))
      total += 1 / Double(topic + 3).squareRoot()
      shares.append(total)
    }
  }

  /// One vector of the mixture.
  package mutating func next() -> [Float] {
    let wanted = random.nextUnit() * (shares.last ?? 0)
    let topic = min(shares.partitioningIndex { $0 > wanted }, Self.topicCount - 1)
    var vector = topics[topic]
    for (rank, direction) in spreads[topic].enumerated() {
      let weight = Self.spread * 1.25 / Float(Self.spreadCount).squareRoot() / (1 + Float(rank) / 40)
      Self.add(directions[direction], times: normal() * weight, to: &vector)
    }
    let noise = Self.noise / Float(dimension).squareRoot()
    for index in vector.indices { vector[index] += normal() * noise }
    return Self.unit(vector)
  }

  /// A vector whose cosine with `vector` is `cosine`, turned mostly towards another one of the mixture.
  package mutating func paraphrase(of vector: [Float], cosine: Float) -> [Float] {
    var other = next()
    Self.add(unit(), times: 0.75, to: &other)
    let along = zip(other, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 }
    Self.add(vector, times: -along, to: &other)
    var turned = Self.unit(other).map { $0 * (1 - cosine * cosine).squareRoot() }
    Self.add(vector, times: cosine, to: &turned)
    return Self.unit(turned)
  }

  /// A number in `range`, each as likely.
  package mutating func number(in range: ClosedRange<Float>) -> Float { Float.random(in: range, using: &random) }

  package mutating func index(_ count: Int) -> Int { random.nextIndex(count) }

  private mutating func unit() -> [Float] { Self.unit((0..<dimension).map { _ in normal() }) }

  /// Nearly a standard normal number: the sum of four even ones, the same on every host.
  private mutating func normal() -> Float {
    let bits = random.next()
    var sum: Float = 0
    for part in 0..<4 { sum += Float((bits >> UInt64(16 * part)) & 0xffff) / 65_536 }
    return (sum - 2) * 1.732_050_8
  }

  private static func add(_ x: [Float], times factor: Float, to y: inout [Float]) {
    for index in y.indices { y[index] += factor * x[index] }
  }

  private static func unit(_ x: [Float]) -> [Float] {
    let length = x.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    return x.map { $0 / length }
  }
}

extension [Double] {
  /// Where the elements begin that `isBehind` holds for; they must all be at the end.
  fileprivate func partitioningIndex(_ isBehind: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
