internal import WeirDomain
internal import WeirEncoder

/// One text at a time through the encoder, on the caller's thread as requests do it.
struct EncoderBenchmark {
  /// What a person might ask: a text through the tokenizer as well.
  private static let text = "Where is my package? It should have arrived on Monday."

  let encoder: Encoder
  let now: () -> Int64

  func run(_ options: BenchmarkOptions, progress: (String) -> Void) throws -> [BenchmarkRow] {
    let shape = encoder.shape
    let lengths = try options.lengths(of: .encoder, context: shape.context)
    var random = SplitMix64(seed: 2)
    var times: [[Int64]] = Array(repeating: [], count: lengths.count)
    var texts: [Int64] = []
    let tokens = encoder.embed(Self.text).tokens
    for round in 0...options.rounds {
      progress("encoder, round \(round)")
      for (place, length) in lengths.enumerated() {
        // Short passes are repeated, so that a round is not one lucky moment.
        for _ in 0..<max(64 / length, 1) * 4 {
          let ids = (0..<length).map { _ in Int32(random.nextIndex(shape.vocabulary)) }
          let start = now()
          _ = try encoder.embed(identifiers: ids)
          let end = now()
          if round > 0 { times[place].append(end - start) }
        }
      }
      for _ in 0..<16 {
        let start = now()
        _ = encoder.embed(Self.text)
        let end = now()
        if round > 0 { texts.append(end - start) }
      }
    }
    // Per token: q, k, v and output, then the two products of the feed-forward network.
    let products = shape.layers * (4 * shape.width * shape.width + 2 * shape.width * shape.feedForward)
    var rows = zip(lengths, times).map { length, times in
      BenchmarkRow(
        "encoder.\(length).t1", times: BenchmarkTimes(times), items: length, unit: "tokens",
        products: products * length, limit: .products)
    }
    rows.append(
      BenchmarkRow(
        "encoder.text.t1", times: BenchmarkTimes(texts), items: tokens, unit: "tokens", products: products * tokens,
        limit: .products))
    return rows
  }
}
