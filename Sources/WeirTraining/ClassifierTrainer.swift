internal import WeirClassifier
internal import WeirDomain
internal import WeirTensor

/// Trains all heads of a classifier from embeddings: network, gate, confidence and its calibration.
///
/// Gate, temperature and calibration are fitted to predictions for rows that the predicting network never saw: each third
/// of the validation rows by networks that had the other two, where there are enough of them, else those of folds. The
/// networks that are kept are trained on all rows, so they are a little better than those that were judged. Where too few rows are out of scope, networks
/// that never heard of some intents show what a strange prompt looks like.
package struct ClassifierTrainer {
  package var options: TrainingOptions
  /// In-scope intents.
  package let intents: [String]
  package let isCancelled: @Sendable () -> Bool
  /// What is being done, and how much of it, 0 to 1.
  package let progress: @Sendable (String, Double) -> Void

  package init(
    options: TrainingOptions, intents: [String], isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (String, Double) -> Void = { _, _ in }
  ) {
    self.options = options
    self.intents = intents
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// Held-out rows with what the networks said of them.
  struct Judged {
    var features: [Classification.Features] = []
    var logits: [[Float]] = []
    var right: [Bool] = []
    var outOfScope: [Bool] = []
    var labels: [Int] = []
    /// Index of the intent that was named.
    var named: [Int] = []
    /// True for rows of a network that knows all intents.
    var isOrdinary: [Bool] = []
  }

  /// Fewer validation rows than this are folded like all others.
  static let enoughValidationRows = 200
  static let enoughOutOfScopeRows = 50
  /// Parts of the validation rows of which each is judged by networks that had the others.
  static let validationFolds = 3
  /// Held-out rows after which no further fold is trained.
  static let enoughHeldOutRows = 3000

  /// Nil once cancelled. Where there are enough `validation` rows, they alone are judged, each by networks without it.
  package func train(
    _ rows: TrainingRows, validation: TrainingRows, encoderFingerprint: String
  ) -> TrainedClassifier? {
    let isHeldOut = validation.count >= Self.enoughValidationRows && rows.count > 0
    let all = Self.joined(rows, validation)
    var judged = Judged()
    // Rows out of scope are few and tell most about the gate: those of the training are folded as well.
    let inside = rows.subset(rows.labels.indices.filter { rows.labels[$0] != intents.count })
    let outside = rows.subset(rows.labels.indices.filter { rows.labels[$0] == intents.count })
    let found =
      isHeldOut
      ? folds(
        Self.joined(validation, outside), count: Self.validationFolds, besides: inside, encoderFingerprint,
        into: &judged)
      : folds(all, count: options.folds, besides: TrainingRows(), encoderFingerprint, into: &judged)
    guard let passes = found else { return nil }
    progress("training on all examples", 0.7)
    guard let final = members(all, heldOut: nil, seed: options.seed, last: passes.sorted()[passes.count / 2]) else {
      return nil
    }
    let ordinary = judged.outOfScope.count { $0 }
    if ordinary < Self.enoughOutOfScopeRows, intents.count >= 3 {
      guard withoutSomeIntents(all, encoderFingerprint, into: &judged) else { return nil }
    }
    let whole = assembled(all, final, encoderFingerprint)
    var parts = whole.classifier.parts
    let calibration = Calibration(judged, intents: intents.count, outOfScopeShare: options.outOfScopeShare)
    parts.temperature = calibration.temperature
    parts.heads = calibration.heads
    parts.risk = calibration.risk
    return TrainedClassifier(
      classifier: IntentClassifier(parts, encoderFingerprint: encoderFingerprint),
      prototypes: whole.prototypes, heldOut: calibration.figures, passes: passes, rows: all.count)
  }

  static func joined(_ a: TrainingRows, _ b: TrainingRows) -> TrainingRows {
    TrainingRows(vectors: a.vectors + b.vectors, labels: a.labels + b.labels, weights: a.weights + b.weights)
  }

  private func members(
    _ rows: TrainingRows, heldOut: TrainingRows?, seed: UInt64, last: Int? = nil
  ) -> [NetworkTrainer.Result]? {
    // A label that only held-out rows have needs an output too.
    let hasOutOfScope = rows.labels.contains(intents.count) || heldOut?.labels.contains(intents.count) == true
    let trainer = NetworkTrainer(
      options: options, outputs: intents.count + (hasOutOfScope ? 1 : 0),
      outOfScope: hasOutOfScope ? intents.count : nil, isCancelled: isCancelled)
    let results = ParallelJobs.run(options.members) { member in
      trainer.train(rows, heldOut: heldOut, seed: seed &* 1000 &+ UInt64(member), last: last) { pass, passes in
        if member == 0 { progress("training, pass \(pass) of \(passes)", Double(pass) / Double(passes)) }
      }
    }
    let found = results.compactMap { $0 }
    return found.count == options.members ? found : nil
  }

  /// Trains networks on `others` and all but one fold of `rows`, and judges that fold; gives the best numbers of passes.
  private func folds(
    _ rows: TrainingRows, count: Int, besides others: TrainingRows, _ encoder: String, into judged: inout Judged
  ) -> [Int]? {
    let assignment = Folds.stratified(rows.labels, folds: count, seed: options.seed)
    var passes: [Int] = []
    for fold in 0..<count {
      let held = rows.labels.indices.filter { assignment[$0] == fold }
      guard !held.isEmpty else { continue }
      progress("cross-fitting, fold \(fold + 1) of \(count)", 0)
      let kept = rows.subset(rows.labels.indices.filter { assignment[$0] != fold })
      let (train, test) = (Self.joined(others, kept), rows.subset(held))
      // An intent whose only example is held out cannot be learned in this fold, but its output is there.
      guard let found = members(train, heldOut: test, seed: options.seed &+ UInt64(fold) &+ 7) else { return nil }
      passes += found.map(\.passes)
      judge(test, by: assembled(train, found, encoder), ordinary: true, into: &judged)
      // Validation rows are judged to the last: they are what thresholds come from.
      if others.count == 0, judged.right.count >= Self.enoughHeldOutRows { break }
    }
    return passes
  }

  /// Judges rows of intents by networks that were trained without these: for them they are out of scope.
  private func withoutSomeIntents(_ rows: TrainingRows, _ encoder: String, into judged: inout Judged) -> Bool {
    let groups = rows.count > 5000 ? 1 : min(options.folds, intents.count)
    let parts = max(groups, min(5, intents.count))
    var random = SplitMix64(seed: options.seed &+ 99)
    let order = Array(intents.indices).shuffled(using: &random)
    for group in 0..<groups {
      progress("learning what is strange, \(group + 1) of \(groups)", 0)
      let hidden = Set(order.indices.filter { $0 % parts == group }.map { order[$0] })
      let kept = intents.indices.filter { !hidden.contains($0) }
      let names = Dictionary(uniqueKeysWithValues: (kept + [intents.count]).enumerated().map { ($1, $0) })
      let known = rows.labels.indices.filter { !hidden.contains(rows.labels[$0]) }
      var train = rows.subset(known)
      train.labels = train.labels.map { names[$0] ?? kept.count }
      var strange = rows.subset(rows.labels.indices.filter { hidden.contains(rows.labels[$0]) })
      strange.labels = strange.labels.map { _ in kept.count }
      let other = ClassifierTrainer(
        options: options, intents: kept.map { intents[$0] }, isCancelled: isCancelled, progress: progress)
      guard let found = other.members(train, heldOut: nil, seed: options.seed &+ UInt64(group) &+ 77) else {
        return false
      }
      other.judge(strange, by: other.assembled(train, found, encoder), ordinary: false, into: &judged)
    }
    return true
  }

  private func judge(
    _ rows: TrainingRows, by trained: TrainedClassifier, ordinary: Bool, into judged: inout Judged
  ) {
    let classifier = trained.classifier
    let results = ParallelJobs.run(rows.count) { index -> ([Float], Int, Classification.Features)? in
      guard let logits = try? classifier.logits(rows.vectors[index]) else { return nil }
      let (order, _, features) = classifier.features(logits: logits, embedding: rows.vectors[index])
      return (logits, order[0], features)
    }
    precondition(results.count == rows.count, "Every row is judged.")
    for (index, result) in results.enumerated() {
      guard let (logits, named, features) = result else { continue }
      let isOut = rows.labels[index] == intents.count
      judged.features.append(features)
      judged.logits.append(logits)
      judged.right.append(!isOut && named == rows.labels[index])
      judged.outOfScope.append(isOut)
      judged.labels.append(rows.labels[index])
      judged.named.append(named)
      judged.isOrdinary.append(ordinary)
    }
  }

  /// A classifier with neutral heads and temperature 1.
  private func assembled(
    _ rows: TrainingRows, _ members: [NetworkTrainer.Result], _ encoder: String
  ) -> TrainedClassifier {
    let kept = prototypes(rows)
    let network = Ensemble.joined(members.map(\.weights), inputs: rows.vectors[0].count)
    let heads = ConfidenceHeads(
      features: [.probability], mean: [0], scale: [1], confidence: .init(weights: [1], bias: 0),
      gate: .init(weights: [-1], bias: 0), x: [0, 1], y: [0, 1])
    let parts = ClassifierParts(
      intents: intents, hidden: network.hidden, output: network.output, temperature: 1,
      centres: PrototypeChoice.centres(rows, intents: intents.count), prototypes: kept.prototypes, heads: heads)
    return TrainedClassifier(
      classifier: IntentClassifier(parts, encoderFingerprint: encoder), prototypes: kept.vectors, heldOut: .init(),
      passes: [], rows: rows.count)
  }

  private func prototypes(_ rows: TrainingRows) -> (vectors: [[Float]], prototypes: Prototypes?) {
    PrototypeChoice.choose(rows, intents: intents.count, perIntent: options.prototypesPerIntent)
  }
}
