import Testing
import WeirGenerator

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct SamplerTests {
  /// The distribution that the options promise, by sorting everything.
  private func distribution(_ logits: [Float], _ options: SamplingOptions, seen: [Int32] = []) -> [Int32: Double] {
    var row = logits.map(Double.init)
    for token in Set(seen.suffix(options.repetitionWindow)) {
      let index = Int(token)
      row[index] =
        row[index] > 0
        ? row[index] / Double(options.repetitionPenalty) : row[index] * Double(options.repetitionPenalty)
    }
    var order = row.indices.sorted { row[$0] > row[$1] || (row[$0] == row[$1] && $0 < $1) }
    if options.topK > 0 { order = Array(order.prefix(options.topK)) }
    if options.topP < 1 {
      let weights = order.map { exp(row[$0] - row[order[0]]) }
      let total = weights.reduce(0, +)
      var reached = 0.0
      var count = 0
      for weight in weights {
        count += 1
        reached += weight
        if reached >= Double(options.topP) * total { break }
      }
      order = Array(order.prefix(count))
    }
    if options.minP > 0 {
      order = order.filter { row[$0] >= row[order[0]] + Double(log(options.minP)) }
    }
    let weights = order.map { exp((row[$0] - row[order[0]]) / Double(options.temperature)) }
    let total = weights.reduce(0, +)
    return Dictionary(uniqueKeysWithValues: zip(order.map(Int32.init), weights.map { $0 / total }))
  }

  private func logits(_ count: Int, _ random: inout SamplingRandom, spread: Float = 3) -> [Float] {
    (0..<count).map { _ in Float.random(in: -spread...spread, using: &random) }
  }

  @Test func `temperature 0 takes the first of the best tokens`() {
    var sampler = Sampler(options: .greedy)
    var row: [Float] = [1, 5, -2, 5]
    #expect(sampler.next(&row) == 1)
  }

  @Test(arguments: [
    SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 0),
    SamplingOptions(temperature: 0.5, topK: 3, topP: 1, minP: 0),
    SamplingOptions(temperature: 1.5, topK: 0, topP: 0.6, minP: 0),
    SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 0.2),
    SamplingOptions(temperature: 0.8, topK: 8, topP: 0.8, minP: 0.1),
    SamplingOptions(temperature: 1, topK: 0, topP: 0, minP: 0),
    SamplingOptions(temperature: 1, topK: 5, topP: 0.9, minP: 0.05, repetitionPenalty: 1.6, repetitionWindow: 3),
  ]) func `draws follow the distribution of a full sort`(options: SamplingOptions) {
    var random = SamplingRandom(seed: 5)
    let row = logits(20, &random)
    let seen: [Int32] = [2, 3, 4, 5, 4]
    var sampler = Sampler(options: options)
    if options.repetitionPenalty != 1 { for token in seen { sampler.accept(token) } }
    var counts: [Int32: Int] = [:]
    let draws = 4000
    for _ in 0..<draws {
      var copy = row
      counts[sampler.next(&copy), default: 0] += 1
    }
    let promised = distribution(row, options, seen: options.repetitionPenalty == 1 ? [] : seen)
    #expect(Set(counts.keys).isSubset(of: promised.keys))
    for (token, probability) in promised {
      let share = Double(counts[token] ?? 0) / Double(draws)
      #expect(abs(share - probability) < 0.035, "token \(token)")
    }
  }

  @Test func `the tokens left by top-k and top-p are those of a full sort at any size`() {
    var random = SamplingRandom(seed: 9)
    for count in [1, 2, 3, 17, 64, 257, 1000] {
      for spread in [Float(0.01), 3, 40] {
        let row = logits(count, &random, spread: spread)
        for (topK, topP) in [(1, Float(1)), (7, 0.5), (0, 0.3), (0, 0.9), (count, 0.5)] {
          let options = SamplingOptions(temperature: 1, topK: topK, topP: topP, minP: 0, seed: random.next())
          let allowed = distribution(row, options)
          var sampler = Sampler(options: options)
          for _ in 0..<5 {
            var copy = row
            let token = sampler.next(&copy)
            #expect(allowed[token] != nil, "\(count) tokens, top-k \(topK), top-p \(topP)")
          }
        }
      }
    }
  }

  @Test func `the same seed gives the same tokens and another seed others`() {
    func draw(_ seed: UInt64) -> [Int32] {
      var random = SamplingRandom(seed: 3)
      var sampler = Sampler(options: SamplingOptions(temperature: 1, seed: seed))
      return (0..<30).map { _ in
        var row = logits(100, &random, spread: 1)
        return sampler.next(&row)
      }
    }
    #expect(draw(1) == draw(1))
    #expect(draw(1) != draw(2))
  }

  @Test func `tokens that left the window are not penalised`() {
    let options = SamplingOptions(temperature: 0, repetitionPenalty: 4, repetitionWindow: 2)
    var sampler = Sampler(options: options)
    for token: Int32 in [0, 1, 2] { sampler.accept(token) }
    var row: [Float] = [1.2, 2, 2, 1]
    #expect(sampler.next(&row) == 0)
    #expect(row == [1.2, 0.5, 0.5, 1])
  }

  @Test func `logits of minus infinity are never drawn`() {
    var sampler = Sampler(options: SamplingOptions(temperature: 2, topK: 0, topP: 1, minP: 0))
    for _ in 0..<200 {
      var row: [Float] = [-.infinity, 1, -.infinity, 1.5]
      #expect([1, 3].contains(sampler.next(&row)))
    }
  }

  @Test func `options outside their range are refused by name`() {
    #expect(throws: GeneratorFailure.badOption(name: "top_p", found: "1.5", allowed: "0 to 1")) {
      try SamplingOptions(topP: 1.5).check()
    }
    #expect(throws: GeneratorFailure.self) { try SamplingOptions(temperature: .nan).check() }
    #expect(throws: GeneratorFailure.self) { try SamplingOptions(temperature: -1).check() }
    #expect(throws: GeneratorFailure.self) { try SamplingOptions(topK: -1).check() }
    #expect(throws: GeneratorFailure.self) { try SamplingOptions(repetitionPenalty: 0).check() }
    #expect(throws: Never.self) { try SamplingOptions().check() }
  }
}
