package import WeirConfiguration
package import WeirClassifier
internal import WeirDomain
internal import WeirEncoder
package import WeirEvaluation
internal import WeirFiles
internal import WeirModelFiles

/// The encoder and the classifier of one bundle, put before labelled examples.
package struct BundleJudge: Sendable {
  package let subject: EvaluationReport.Subject
  private let encoder: Encoder
  private let classifier: IntentClassifier
  private let positions: [String: Int]

  /// Examples that one piece of work encodes.
  private static let batch = 32

  package init(_ models: Configuration.Models) throws {
    let bundle = try ModelBundle(models)
    encoder = try bundle.openEncoder()
    let file = try bundle.intents.open()
    classifier = try IntentClassifier(from: file, encoderFingerprint: encoder.fingerprint)
    subject = EvaluationReport.Subject(
      name: bundle.name, version: bundle.version, encoder: encoder.fingerprint, classifier: file.fingerprint,
      intents: classifier.intents)
    positions = Dictionary(uniqueKeysWithValues: zip(classifier.intents, classifier.intents.indices))
  }

  /// The intents of the examples that the bundle does not know, most frequent first.
  package func unknownIntents(in examples: [LabelledExample]) -> [EvaluationReport.UnknownIntent] {
    var counts: [String: Int] = [:]
    for example in examples where !example.isOutOfScope && positions[example.intent] == nil {
      counts[example.intent, default: 0] += 1
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { EvaluationReport.UnknownIntent(name: $0.key, rows: $0.value) }
  }

  /// Refuses examples of intents that the bundle does not know.
  package func checkIntents(of examples: [LabelledExample]) throws(EvaluationFailure) {
    let unknown = unknownIntents(in: examples)
    guard let first = unknown.first else { return }
    throw .unknownIntents(
      unknown, bundle: "\(subject.name) \(subject.version)",
      nearest: Spelling.nearest(to: first.name, among: subject.intents))
  }

  /// Judges every example, `jobs` at a time; an intent that the bundle does not know counts as out of scope.
  ///
  /// `progress` is told how many examples are judged, from any thread. The texts are kept only where `keepsText` says so.
  package func judge(
    _ examples: [LabelledExample], jobs: Int, keepsText: Bool, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws -> [JudgedExample] {
    try await withThrowingTaskGroup(of: (start: Int, judged: [JudgedExample]).self) { group in
      var next = 0
      func add() {
        guard next < examples.count else { return }
        let batch = examples[next..<min(next + Self.batch, examples.count)]
        next = batch.endIndex
        group.addTask { (batch.startIndex, try judged(batch, keepsText: keepsText)) }
      }
      for _ in 0..<max(1, jobs) { add() }
      var parts: [Int: [JudgedExample]] = [:]
      var count = 0
      while let part = try await group.next() {
        parts[part.start] = part.judged
        count += part.judged.count
        progress(count)
        add()
      }
      return parts.keys.sorted().flatMap { parts[$0] ?? [] }
    }
  }

  /// What the classifier says of one prompt, and the tokens that the encoder read of it.
  package struct Reading: Sendable {
    package let classification: Classification
    package let tokens: Int
  }

  /// Reads one prompt as the router does.
  package func classification(of prompt: String) throws(ClassifierFailure) -> Reading {
    let encoded = encoder.embed(prompt)
    return Reading(
      classification: try classifier.classify(embedding: encoded.values, text: prompt), tokens: encoded.tokens)
  }

  private func judged(
    _ batch: ArraySlice<LabelledExample>, keepsText: Bool
  ) throws(ClassifierFailure) -> [JudgedExample] {
    var judged: [JudgedExample] = []
    judged.reserveCapacity(batch.count)
    for example in batch {
      let start = SystemClock.monotonicNanoseconds
      let encoded = encoder.embed(example.text)
      let middle = SystemClock.monotonicNanoseconds
      let classification = try classifier.classify(embedding: encoded.values, text: example.text)
      let end = SystemClock.monotonicNanoseconds
      guard let predicted = positions[classification.intent] else {
        preconditionFailure("a classifier names only intents of its own")
      }
      judged.append(
        JudgedExample(
          id: example.id, text: keepsText ? example.text : nil, expected: positions[example.intent],
          predicted: predicted, confidence: Double(classification.confidence),
          outOfScope: Double(classification.outOfScope), encodeNanoseconds: middle - start,
          classifyNanoseconds: end - middle))
    }
    return judged
  }
}
