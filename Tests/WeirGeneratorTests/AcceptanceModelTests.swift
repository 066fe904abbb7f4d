import Testing
import WeirDomain
import WeirGenerator
import WeirModelFiles
import WeirTensor

struct AcceptanceModelTests {
  private let tokens: [Int32] = Array(1...19)

  private func answer(_ signals: AnswerSignals?, mean: Double? = -0.5) -> Generation {
    Generation(
      text: "Sure.", tokens: tokens, promptTokens: 9, finish: .stop, meanLogProbability: mean, leastLogProbability: -3,
      signals: signals, timeToFirstToken: .zero, elapsed: .zero)
  }

  private let signals = AnswerSignals(
    lowestTenthLogProbability: -2, meanEntropy: 1.25, firstState: [1, 2], meanState: [-1, 4])

  /// A file of another generator with a probe that looks at everything.
  private func model(_ change: (inout AlteredModel) -> Void = { _ in }) -> AlteredModel {
    var model = AlteredModel(floats: [AnswerProbe.biasKey: 0.5, AnswerProbe.leastProbabilityKey: 0.25])
    model.stringLists = [AnswerProbe.featuresKey: ["mean_logprob", "mean_entropy"]]
    model.floatLists = [
      AnswerProbe.weightsKey: [2, -1], AnswerProbe.firstStateKey: [Float](repeating: 0.5, count: 64),
      AnswerProbe.meanStateKey: (0..<64).map { Float($0) / 64 },
    ]
    change(&model)
    return model
  }

  @Test func `each number is weighed and the sum becomes a probability`() throws {
    let weights: [AcceptanceModel.Feature: Double] = [
      .meanLogProbability: 1, .leastLogProbability: 0.5, .lowestTenthLogProbability: -0.25, .meanEntropy: 2,
      .logTokens: 0.125, .repeatedShare: 8,
    ]
    let model = AcceptanceModel(
      features: AcceptanceModel.Feature.allCases,
      weights: AcceptanceModel.Feature.allCases.compactMap { weights[$0] }, bias: -1, firstStateWeights: [1, -1],
      meanStateWeights: [0.5, 0.25], leastProbability: 0.5)
    // -1 + (1 - 2) + (-0.5 + 1) - 0.5 - 1.5 + 0.5 + 2.5 + 0.125 ln 20 = -0.1255..., whose logistic is 0.468658
    let found = try #require(model.probability(of: answer(signals)))
    #expect(abs(found - 0.468_658) < 1e-5)
    var loop = answer(signals)
    loop.tokens = (0..<19).map { Int32($0 % 2) }
    #expect(try #require(model.probability(of: loop)) > 0.99)
  }

  @Test func `an answer without signals, or of another generator, has no probability and is refused`() {
    let model = AcceptanceModel(
      features: [.meanEntropy], weights: [1], bias: 0, meanStateWeights: [1, 1], leastProbability: 0.01)
    let probe = AnswerProbe(acceptance: model)
    #expect(probe.judge(answer(signals)) == .accepted)
    var narrow = signals
    narrow.meanState = [1]
    var broken = signals
    broken.meanEntropy = .nan
    for odd in [answer(nil), answer(narrow), answer(broken), answer(signals, mean: nil)] {
      #expect(model.probability(of: odd) == nil)
      #expect(probe.judge(odd) == .rejected(.unfit(found: 0, allowed: 0.01)))
    }
  }

  @Test func `the threshold is the least that is accepted`() throws {
    let model = AcceptanceModel(features: [], weights: [], bias: 0, leastProbability: 0.5)
    #expect(AnswerProbe(acceptance: model).judge(answer(signals)) == .accepted)
    var stricter = model
    stricter.leastProbability = 0.5001
    #expect(AnswerProbe(acceptance: stricter).judge(answer(signals)) == .rejected(.unfit(found: 0.5, allowed: 0.5001)))
  }

  @Test func `a file's probe is read, and the old limit is left to files without one`() throws {
    let read = try Generator(model { $0.floats[AnswerProbe.leastMeanKey] = -1.5 }.file("tiny-llama")).probe
    #expect(read.leastMeanLogProbability == nil)
    let acceptance = try #require(read.acceptance)
    #expect(acceptance.features == [.meanLogProbability, .meanEntropy])
    #expect(acceptance.weights == [2, -1])
    #expect(acceptance.meanStateWeights[63] == 63.0 / 64)
    #expect(acceptance.leastProbability == 0.25)
    let plain = try Generator(model { $0.floatLists = [AnswerProbe.weightsKey: [1, 1]] }.file("tiny-llama")).probe
    #expect(plain.acceptance?.readsStates == false)
  }

  @Test func `a probe that does not fit its generator is refused by name`() throws {
    let wrong: [(String, AlteredModel)] = [
      (AnswerProbe.featuresKey, model { $0.stringLists[AnswerProbe.featuresKey] = ["mean_logprob", "mood"] }),
      (AnswerProbe.featuresKey, model { $0.stringLists[AnswerProbe.featuresKey] = ["mean_entropy", "mean_entropy"] }),
      (
        AnswerProbe.featuresKey,
        model { $0.stringLists[AnswerProbe.featuresKey] = [String](repeating: "mean_entropy", count: 100_000) }
      ), (AnswerProbe.weightsKey, model { $0.floatLists[AnswerProbe.weightsKey] = [1] }),
      (AnswerProbe.weightsKey, model { $0.floatLists[AnswerProbe.weightsKey] = [1, .nan] }),
      (AnswerProbe.weightsKey, model { $0.floatLists[AnswerProbe.weightsKey] = nil }),
      (AnswerProbe.meanStateKey, model { $0.floatLists[AnswerProbe.meanStateKey] = [1, 2] }),
      (AnswerProbe.firstStateKey, model { $0.floatLists[AnswerProbe.firstStateKey] = [] }),
      (AnswerProbe.biasKey, model { $0.floats[AnswerProbe.biasKey] = nil }),
      (AnswerProbe.biasKey, model { $0.floats[AnswerProbe.biasKey] = .infinity }),
      (AnswerProbe.leastProbabilityKey, model { $0.floats[AnswerProbe.leastProbabilityKey] = 1.5 }),
      (AnswerProbe.leastProbabilityKey, model { $0.floats[AnswerProbe.leastProbabilityKey] = nil }),
    ]
    for (key, altered) in wrong {
      do {
        _ = try Generator(altered.file("tiny-llama"))
        Issue.record("a wrong \(key) was accepted")
      } catch {
        #expect((error as? GeneratorFailure)?.message.contains(key) == true, "\(error)")
      }
    }
  }

  @Test func `the signals of an answer are those of a second reading of it`() throws {
    let generator = try Generator(model().file("tiny-llama"))
    let question = [ChatMessage(role: .user, content: "where is my order?")]
    for seed: UInt64 in 1...4 {
      let options = GenerationOptions(
        sampling: SamplingOptions(temperature: 1, topK: 0, topP: 1, minP: 0, seed: seed), maxTokens: 25)
      let found = try generator.generate(question, options: options)
      let signals = try #require(found.signals)
      let session = GeneratorSession(generator.model)
      try session.prefill(try generator.promptTokens(question, options: options))
      var sum = [Double](repeating: 0, count: 64)
      var entropy = 0.0
      var logProbabilities: [Double] = []
      let ends = found.finish == .stop
      for index in 0..<found.tokens.count + (ends ? 1 : 0) {
        let summary = LogitSummary(session.logits.span)
        let state = session.state.array
        if index == 0 { #expect(signals.firstState == state) }
        for place in 0..<64 { sum[place] += Double(state[place]) }
        entropy += summary.entropy
        guard index < found.tokens.count else { break }
        logProbabilities.append(summary.logProbability(ofLogit: session.logit(of: found.tokens[index])))
        try session.decode(found.tokens[index])
      }
      let count = Double(found.tokens.count + (ends ? 1 : 0))
      #expect(abs(signals.meanEntropy - entropy / count) < 1e-9)
      #expect(zip(signals.meanState, sum).allSatisfy { abs(Double($0) - $1 / count) < 1e-5 })
      if !ends {
        let lowest = logProbabilities.sorted().prefix((logProbabilities.count + 9) / 10)
        #expect(abs(signals.lowestTenthLogProbability - lowest.reduce(0, +) / Double(lowest.count)) < 1e-9)
      }
      #expect(generator.probe.acceptance?.probability(of: found) != nil)
    }
  }

  @Test func `a generator without a learned probe collects no states`() throws {
    let generator = try Generator(GGUFFile(path: References.fixture("tiny-llama.gguf")))
    let found = try generator.generate([ChatMessage(role: .user, content: "hello")])
    #expect(found.signals?.meanState.isEmpty == true)
    #expect(generator.probe.acceptance == nil)
  }
}
