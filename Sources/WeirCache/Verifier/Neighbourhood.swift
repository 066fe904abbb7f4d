internal import Glibc

/// A stored prompt near the asked one, as the verifier sees it.
struct NearPrompt: Sendable {
  /// Cosine to the asked prompt.
  var similarity: Float
  /// Unit length, in lanes; the last one is filled up with zeros.
  var vector: [SIMD16<Float>]
  /// Equal for equal answers.
  var answer: UInt64
  var words: WordSet

  static func lanes(of vector: [Float]) -> [SIMD16<Float>] {
    stride(from: 0, to: vector.count, by: 16).map { start in
      var lane = SIMD16<Float>.zero
      for offset in 0..<min(16, vector.count - start) { lane[offset] = vector[start + offset] }
      return lane
    }
  }

  /// The same from floats as they are stored, little-endian; bytes beyond whole lanes are zeros.
  static func lanes(ofBytes bytes: [UInt8]) -> [SIMD16<Float>] {
    let span = bytes.span
    let count = bytes.count / 64
    var lanes: [SIMD16<Float>] = []
    lanes.reserveCapacity(count + 1)
    for start in stride(from: 0, to: bytes.count & ~3, by: 64) {
      var lane = SIMD16<Float>.zero
      for offset in 0..<min(16, (bytes.count - start) / 4) {
        let at = start + offset * 4
        lane[offset] = Float(
          bitPattern: UInt32(span[at]) | UInt32(span[at + 1]) << 8 | UInt32(span[at + 2]) << 16
            | UInt32(span[at + 3]) << 24)
      }
      lanes.append(lane)
    }
    return lanes
  }

  /// Equal for texts that differ in case and white space at most; FNV-1a, 64 bits.
  static func answerDigest(_ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 where byte > 0x20 {
      let folded = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
      hash = (hash ^ UInt64(folded)) &* 0x100_0000_01b3
    }
    return hash
  }
}

/// The asked prompt's neighbours, read from the candidate's point of view: how well do they agree that its answer is
/// the right one here?
///
/// Pure, and 20 us for sixteen neighbours of 384 dimensions.
struct Neighbourhood: Sendable {
  /// Neighbours that count; more say little.
  static let count = 16

  let asked: WordSet
  /// The candidate first, then the others from the nearest on; refused ones are not among them.
  let neighbours: [NearPrompt]
  /// The asked prompt beside the candidate's.
  let reading: GuardReading
  let isWaived: Bool
  /// Whether each has the candidate's answer.
  private let isSame: [Bool]

  /// `neighbours` must not be empty.
  init(asked: WordSet, neighbours: [NearPrompt], reading: GuardReading = GuardReading(), isWaived: Bool = false) {
    precondition(!neighbours.isEmpty, "a neighbourhood has a candidate")
    self.asked = asked
    self.neighbours = Array(neighbours.prefix(Self.count))
    self.reading = reading
    self.isWaived = isWaived
    isSame = self.neighbours.map { $0.answer == neighbours[0].answer }
  }

  /// In the order of `VerifierFeature.allCases`.
  func features() -> [Float] {
    var values = [Float](repeating: 0, count: VerifierFeature.allCases.count)
    addSimilarities(to: &values)
    addVotes(to: &values)
    addRegressions(to: &values)
    addWords(to: &values)
    values[.asksOtherwise] = reading.asksOtherwise ? 1 : 0
    values[.swapsEnds] = reading.swapsEnds ? 1 : 0
    values[.replacesWord] = reading.replacesWord ? 1 : 0
    values[.addsWords] = reading.addsWords ? 1 : 0
    values[.sameFrame] = reading.hasSameFrame ? 1 : 0
    values[.waived] = isWaived ? 1 : 0
    return values
  }

  private func addSimilarities(to values: inout [Float]) {
    let similarities = neighbours.map(\.similarity)
    let same = zip(similarities, isSame).filter(\.1).map(\.0)
    let other = zip(similarities, isSame).filter { !$0.1 }.map(\.0)
    let last = neighbours.count == Self.count ? similarities[Self.count - 1] : 0
    func at(_ list: [Float], _ place: Int) -> Float { place < list.count ? list[place] : 0 }
    values[.nearest] = similarities[0]
    values[.same2] = at(same, 1)
    values[.same3] = at(same, 2)
    values[.same4] = at(same, 3)
    values[.other1] = other.first ?? last
    values[.other2] = other.count > 1 ? other[1] : last
    values[.other4] = other.count > 3 ? other[3] : last
    values[.margin] = similarities[0] - (other.first ?? last)
    values[.second] = at(similarities, 1)
    values[.last] = last
  }

  private func addVotes(to values: inout [Float]) {
    let cases: [(Float, VerifierFeature, VerifierFeature, VerifierFeature)] = [
      (10, .vote10, .odds10far, .odds10near), (20, .vote20, .odds20far, .odds20near),
      (40, .vote40, .odds40far, .odds40near),
    ]
    for (sharpness, vote, far, near) in cases {
      var (same, other): (Float, Float) = (0, 0)
      for (neighbour, isSame) in zip(neighbours, isSame) {
        let weight = expf(sharpness * (neighbour.similarity - 1))
        if isSame { same += weight } else { other += weight }
      }
      values[vote] = same / (same + other)
      values[far] = logf(same / (other + expf(sharpness * -0.5)))
      values[near] = logf(same / (other + expf(sharpness * -0.3)))
    }
    values[.agreement] = Float(isSame.count(where: { $0 })) / Float(Self.count)
    values[.agreement4] = Float(isSame.prefix(4).count(where: { $0 })) / 4
    values[.variety] = Float(Set(neighbours.map(\.answer)).count) / Float(neighbours.count)
  }

  private func addRegressions(to values: inout [Float]) {
    let count = neighbours.count
    var gram = [Float](repeating: 1, count: count * count)
    for row in 1..<max(count, 1) {
      for column in 0..<row {
        let cosine = Self.dot(neighbours[row].vector, neighbours[column].vector)
        (gram[row * count + column], gram[column * count + row]) = (cosine, cosine)
      }
    }
    let fellows = (1..<max(count, 1)).filter { isSame[$0] }.map { gram[$0] }
    let rivals = (1..<max(count, 1)).filter { !isSame[$0] }.map { gram[$0] }
    let rival = rivals.max() ?? values[.last]
    values[.cohesion] = fellows.isEmpty ? 0 : fellows.reduce(0, +) / Float(fellows.count)
    values[.rival] = rival
    values[.lead] = neighbours[0].similarity - rival
    let broad = regression(gram) { max($0, 0) * max($0, 0) }
    let sharp = regression(gram) { expf(8 * ($0 - 1)) }
    (values[.broad], values[.broadRival]) = (broad.same, broad.rival)
    (values[.broadLead], values[.broadDoubt]) = (broad.same - broad.rival, broad.doubt)
    (values[.sharp], values[.sharpRival]) = (sharp.same, sharp.rival)
    (values[.sharpLead], values[.sharpDoubt]) = (sharp.same - sharp.rival, sharp.doubt)
  }

  private func addWords(to values: inout [Float]) {
    var (fellows, others) = (WordSet(""), WordSet(""))
    for (neighbour, isSame) in zip(neighbours, isSame) {
      if isSame { fellows = fellows.union(neighbour.words) } else { others = others.union(neighbour.words) }
    }
    let stored = neighbours[0].words
    let shared = asked.shared(stored)
    values[.unsaidByFellows] = asked.unsaid(in: fellows)
    values[.unsaidByStored] = asked.unsaid(in: stored)
    values[.unsaidByAsked] = stored.unsaid(in: asked)
    // Words of `asked` in `others` but not in `fellows`: those in either, less those in `fellows`.
    let saidByAny = asked.shared(fellows.union(others))
    values[.saidByOthers] = asked.count == 0 ? 0 : Float(saidByAny - asked.shared(fellows)) / Float(asked.count)
    let either = asked.count + stored.count - shared
    values[.sharedWords] = either == 0 ? 1 : Float(shared) / Float(either)
  }

  static func dot(_ left: [SIMD16<Float>], _ right: [SIMD16<Float>]) -> Float {
    var sum = SIMD16<Float>.zero
    for index in 0..<min(left.count, right.count) { sum += left[index] * right[index] }
    return sum.sum()
  }

  /// Ridge regression in the kernel's space: weights (K + 0.3 I)^-1 k, summed by answer.
  private func regression(
    _ gram: [Float], _ kernel: (Float) -> Float
  ) -> (same: Float, rival: Float, doubt: Float) {
    let count = neighbours.count
    var matrix = gram.map(kernel)
    for index in 0..<count { matrix[index * count + index] += 0.3 }
    let near = neighbours.map { kernel($0.similarity) }
    let weights = Cholesky.solve(&matrix, near)
    var (sums, same): ([UInt64: Float], Float) = ([:], 0)
    for index in 0..<count {
      if isSame[index] { same += weights[index] } else { sums[neighbours[index].answer, default: 0] += weights[index] }
    }
    let doubt = 1 - zip(weights, near).reduce(0) { $0 + $1.0 * $1.1 }
    return (same, max(sums.values.max() ?? 0, 0), doubt)
  }
}

extension [Float] {
  /// The value of a feature, in the order of all of them.
  subscript(feature: VerifierFeature) -> Float {
    get { self[feature.rawValue] }
    set { self[feature.rawValue] = newValue }
  }
}
