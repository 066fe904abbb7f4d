internal import WeirDomain
package import WeirGenerator
internal import WeirTensor

/// Reads random prompts and continues them, as fast as it goes: no sampling, no text.
package struct GeneratorBenchmark {
  /// Tokens that a continuation follows.
  package static let promptTokens = 32
  /// Tokens of a continuation.
  package static let decodedTokens = 64

  private let model: GeneratorModel
  private let now: () -> Int64
  private var random = SplitMix64(seed: 1)

  /// `now` gives nanoseconds of a clock that never goes back.
  package init(_ model: GeneratorModel, now: @escaping () -> Int64) {
    self.model = model
    self.now = now
  }

  /// Prompts of each length and continuations, with each number of threads; the rounds go around all of them, so that
  /// what the host does besides falls on all.
  package mutating func run(
    _ options: BenchmarkOptions, progress: (String) -> Void
  ) throws -> [BenchmarkRow] {
    let lengths = options.parts.contains(.prefill) ? try options.lengths(of: .prefill, context: model.context) : []
    let decodes = options.parts.contains(.decode)
    let decodeLength = Self.promptTokens + Self.decodedTokens
    if decodes, decodeLength > model.context {
      throw BenchmarkFailure.tooLong(part: .decode, tokens: decodeLength, context: model.context)
    }
    let sessions = options.threads.map { threads in
      GeneratorSession(model, pool: threads == 1 ? .single : ComputePool(threads: threads))
    }
    var prefills: [[Int64]] = Array(repeating: [], count: lengths.count * sessions.count)
    var decoded: [[Int64]] = Array(repeating: [], count: sessions.count)
    // The round before the first warms up and is not counted.
    for round in 0...options.rounds {
      for (index, session) in sessions.enumerated() {
        for (place, length) in lengths.enumerated() {
          progress("prefill \(length), \(options.threads[index]) threads, round \(round)")
          let time = try prefill(session, tokens: length)
          if round > 0 { prefills[place * sessions.count + index].append(time) }
        }
        if decodes {
          progress("decode, \(options.threads[index]) threads, round \(round)")
          let times = try decode(session)
          if round > 0 { decoded[index] += times }
        }
      }
    }
    var rows: [BenchmarkRow] = []
    for (place, length) in lengths.enumerated() {
      for (index, threads) in options.threads.enumerated() {
        rows.append(
          BenchmarkRow(
            "prefill.\(length).t\(threads)", times: BenchmarkTimes(prefills[place * sessions.count + index]),
            items: length, unit: "tokens", products: model.layerProductsPerToken * length + model.outputProducts,
            limit: .products, threads: threads))
      }
    }
    if decodes {
      let bytes =
        model.weightBytesPerToken + model.cacheBytesPerToken(after: Self.promptTokens + Self.decodedTokens / 2)
      for (index, threads) in options.threads.enumerated() {
        rows.append(
          BenchmarkRow(
            "decode.\(Self.decodedTokens).t\(threads)", times: BenchmarkTimes(decoded[index]), unit: "tokens",
            bytes: bytes, products: model.layerProductsPerToken + model.outputProducts, limit: .reading,
            threads: threads))
      }
    }
    return rows
  }

  /// The time of reading a prompt, until the logits after it are there.
  private mutating func prefill(_ session: GeneratorSession, tokens: Int) throws(GeneratorFailure) -> Int64 {
    session.keep(0)
    let prompt = ids(tokens)
    let start = now()
    try session.prefill(prompt)
    let end = now()
    return end - start
  }

  /// The time of each token of a continuation.
  private mutating func decode(_ session: GeneratorSession) throws(GeneratorFailure) -> [Int64] {
    session.keep(0)
    try session.prefill(ids(Self.promptTokens))
    var times: [Int64] = []
    var last = now()
    for token in ids(Self.decodedTokens) {
      try session.decode(token)
      _ = session.logit(of: token)
      let end = now()
      times.append(end - last)
      last = end
    }
    return times
  }

  /// Ordinary tokens: the first of a vocabulary are control tokens and single bytes.
  private mutating func ids(_ count: Int) -> [Int32] {
    let first = model.shape.vocabulary > 600 ? 300 : 0
    let room = min(model.shape.vocabulary, 16_000) - first
    return (0..<count).map { _ in Int32(first + random.nextIndex(room)) }
  }
}
