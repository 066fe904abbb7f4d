#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

package import WeirGrammar

/// Chooses the next token from a row of logits, in the order that `SamplingOptions` states.
///
/// It never sorts the vocabulary: top-k keeps a heap of k, top-p collects only as far down as the probability needed,
/// and min-p is one threshold. Buffers are kept between tokens. Same options, same rows of logits, same tokens.
package struct Sampler: Sendable {
  private let options: SamplingOptions
  private var random: SamplingRandom
  private var window: RepetitionWindow
  private var heap = CandidateHeap()
  private var candidates: [Candidate] = []
  private var weights: [Double] = []

  package init(options: SamplingOptions) {
    self.options = options
    random = SamplingRandom(seed: options.seed)
    window = RepetitionWindow(capacity: options.repetitionPenalty == 1 ? 0 : options.repetitionWindow)
  }

  /// Remember a token of the prompt or of the answer for the repetition penalty.
  package mutating func accept(_ token: Int32) {
    window.append(token)
  }

  /// The next token, one of `mask` where that is given. `logits` is one row over the vocabulary; mask and penalty change
  /// it in place.
  package mutating func next(_ logits: inout [Float], of mask: TokenMask? = nil) -> Int32 {
    precondition(!logits.isEmpty, "a row of no logits")
    guard let mask else { return choose(from: &logits) }
    mask.apply(to: &logits)
    let token = choose(from: &logits)
    if mask.contains(token) { return token }
    // Only where no allowed token has a finite logit.
    var first = token
    mask.forEach { if !mask.contains(first) { first = $0 } }
    return first
  }

  private mutating func choose(from logits: inout [Float]) -> Int32 {
    penalise(&logits)
    guard options.temperature > 0 else { return LogitSummary.best(of: logits.span) }
    let vocabulary = logits.count
    let limit = options.topK > 0 ? min(options.topK, vocabulary) : vocabulary
    if limit < vocabulary {
      keepBest(limit, of: logits)
      if options.topP < 1 { cutAtTopP(total: nil) }
    } else if options.topP < 1 {
      cutAtTopP(total: collectTop(options.topP, of: logits))
    } else {
      collectAll(logits)
    }
    if options.minP > 0 { cutAtMinP() }
    return draw()
  }

  private func penalise(_ logits: inout [Float]) {
    guard options.repetitionPenalty != 1 else { return }
    for token in window.tokens where token >= 0 && Int(token) < logits.count {
      let logit = logits[Int(token)]
      logits[Int(token)] = logit > 0 ? logit / options.repetitionPenalty : logit * options.repetitionPenalty
    }
  }

  /// Leaves the best `limit` candidates, likeliest first.
  private mutating func keepBest(_ limit: Int, of logits: [Float]) {
    heap.reset(capacity: limit)
    var threshold = -Float.infinity
    for index in logits.indices where index < limit || logits[index] > threshold {
      heap.offer(Candidate(token: Int32(index), logit: logits[index]))
      if index >= limit - 1 { threshold = heap.items[0].logit }
    }
    candidates.removeAll(keepingCapacity: true)
    candidates.append(contentsOf: heap.items)
    candidates.sort(by: Candidate.isBefore)
  }

  /// Leaves a prefix of the sorted vocabulary that holds at least `share` of the probability, likeliest first.
  ///
  /// Looks at the tokens within 2, 4, 8, ... of the best logit until their probability suffices. Returns the softmax
  /// sum of the whole vocabulary.
  private mutating func collectTop(_ share: Float, of logits: [Float]) -> Double {
    let summary = LogitSummary(logits.span)
    var depth: Float = 2
    while true {
      candidates.removeAll(keepingCapacity: true)
      let threshold = summary.largest - depth
      var probability = 0.0
      for index in logits.indices where logits[index] >= threshold {
        candidates.append(Candidate(token: Int32(index), logit: logits[index]))
        probability += summary.probability(ofLogit: logits[index])
      }
      if probability >= Double(share) || candidates.count == logits.count { break }
      // Logits of minus infinity are never within any depth.
      if depth > 1e9 { break }
      depth *= 2
    }
    candidates.sort(by: Candidate.isBefore)
    return summary.sum
  }

  private mutating func collectAll(_ logits: [Float]) {
    candidates.removeAll(keepingCapacity: true)
    for index in logits.indices { candidates.append(Candidate(token: Int32(index), logit: logits[index])) }
  }

  /// Cuts the sorted candidates after the one with which their probability reaches top-p; at least one remains.
  ///
  /// `total` is the softmax sum that the share is taken of; nil takes the sum of the candidates, as after top-k.
  private mutating func cutAtTopP(total: Double?) {
    let largest = Double(candidates[0].logit)
    let total = total ?? candidates.reduce(0) { $0 + exp(Double($1.logit) - largest) }
    let wanted = Double(options.topP) * total
    var reached = 0.0
    for index in candidates.indices {
      reached += exp(Double(candidates[index].logit) - largest)
      if reached >= wanted {
        candidates.removeLast(candidates.count - index - 1)
        return
      }
    }
  }

  /// Drops the candidates less likely than `minP` times the best; works on any order.
  private mutating func cutAtMinP() {
    var largest = -Float.infinity
    for candidate in candidates { largest = max(largest, candidate.logit) }
    let threshold = largest + log(options.minP)
    candidates.removeAll { $0.logit < threshold }
  }

  /// One of the candidates by its probability at the temperature.
  private mutating func draw() -> Int32 {
    var largest = -Float.infinity
    for candidate in candidates { largest = max(largest, candidate.logit) }
    weights.removeAll(keepingCapacity: true)
    var total = 0.0
    for candidate in candidates {
      total += exp((Double(candidate.logit) - Double(largest)) / Double(options.temperature))
      weights.append(total)
    }
    let point = random.nextUnit() * total
    for index in weights.indices where point < weights[index] { return candidates[index].token }
    return candidates[candidates.count - 1].token
  }
}
