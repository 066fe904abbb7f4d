internal import FoundationEssentials
package import WeirConfiguration
package import WeirEvaluation
package import WeirTraining
internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles
internal import WeirModelFiles

/// Trains the intents of a bundle from labelled examples and writes a folder that `models.bundle` can name.
package struct BundleTraining {
  package var options: TrainingOptions
  /// A folder's bundle, or the one inside the binary, whose encoder is used.
  package let base: Configuration.Models
  package let isCancelled: @Sendable () -> Bool
  package let progress: @Sendable (String, Double) -> Void

  /// What was written and what is known about it.
  package struct Outcome: Sendable {
    package let trained: TrainedClassifier
    package let intents: [String]
    package let keepsGenerator: Bool
    /// Intents with fewer than five examples.
    package let thin: [String]
    package let examples: Int
  }

  package init(
    options: TrainingOptions, base: Configuration.Models, isCancelled: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (String, Double) -> Void
  ) {
    self.options = options
    self.base = base
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// Examples of the split `test` are left out. Nil once cancelled: then nothing was written.
  package func run(_ examples: [LabelledExample], writingTo folder: String, replaces: Bool) throws -> Outcome? {
    let manifest = folder + "/bundle.json"
    if !replaces, FileManager.default.fileExists(atPath: manifest) { throw StartFailure.exists(path: manifest) }
    let used = examples.filter { $0.split != .test }
    let intents = Set(used.map(\.intent)).subtracting([LabelledExample.outOfScope]).sorted()
    guard intents.count >= 2 else { throw StartFailure.tooFewIntents(found: intents.count) }
    let bundle = try ModelBundle(base)
    let encoder = try bundle.openEncoder()
    guard let vectors = embed(used, encoder) else { return nil }
    let names = Dictionary(uniqueKeysWithValues: intents.enumerated().map { ($1, $0) })
    var (rows, validation) = (TrainingRows(), TrainingRows())
    for (example, vector) in zip(used, vectors) {
      let label = names[example.intent] ?? intents.count
      let weight = Float(example.weight ?? 1)
      if example.split == .validation {
        validation.append(vector, label, weight)
      } else {
        rows.append(vector, label, weight)
      }
    }
    let trainer = ClassifierTrainer(
      options: options, intents: intents, isCancelled: isCancelled, progress: progress)
    guard
      var trained = trainer.train(rows, validation: validation, encoderFingerprint: encoder.fingerprint),
      !isCancelled()
    else { return nil }
    progress("learning which tier is enough", 0.9)
    trained.addForest(texts: used.map(\.text), vectors: vectors, labels: Self.forestLabels(used), seed: options.seed)
    let keeps = try keepsGenerator(bundle, intents: intents, encoder: encoder.fingerprint)
    try write(trained, bundle, keepsGenerator: keeps, to: folder)
    let counts = Dictionary(grouping: used, by: \.intent).mapValues(\.count)
    return Outcome(
      trained: trained, intents: intents, keepsGenerator: keeps, thin: intents.filter { counts[$0, default: 0] < 5 },
      examples: used.count)
  }

  private static func forestLabels(_ examples: [LabelledExample]) -> [PromptForest.Output: [Double?]] {
    Dictionary(
      uniqueKeysWithValues: PromptForest.Output.allCases.map { output in
        (output, examples.map { example in output.tier.map { example.sufficiency[$0] } ?? example.complexity })
      })
  }

  /// Two threads of their own blocks; nil once cancelled.
  private func embed(_ examples: [LabelledExample], _ encoder: Encoder) -> [[Float]]? {
    let block = 64
    let blocks = (examples.count + block - 1) / block
    let found = ParallelJobs.run(blocks) { index -> [[Float]] in
      guard !isCancelled() else { return [] }
      progress("reading examples", Double(index) / Double(blocks))
      let own = examples[(index * block)..<min((index + 1) * block, examples.count)]
      return encoder.embed(own.map(\.text)).map(\.values)
    }
    let vectors = found.flatMap { $0 }
    return vectors.count == examples.count ? vectors : nil
  }

  /// The generator writes for the intents that it was made for: for others it would answer a question nobody asked.
  private func keepsGenerator(_ bundle: ModelBundle, intents: [String], encoder: String) throws -> Bool {
    guard bundle.generator != nil else { return false }
    let known = try bundle.intents.open().strings("weir.intents.labels")
    return Set(intents).isSubset(of: known)
  }

  /// The manifest is written last: a folder without it is no bundle.
  private func write(
    _ trained: TrainedClassifier, _ bundle: ModelBundle, keepsGenerator: Bool, to folder: String
  ) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw StartFailure.cannotCreate(path: folder)
    }
    var files: [(name: String, file: String, digest: String)] = []
    func add(_ name: String, _ bytes: [UInt8]) throws {
      try AtomicFile.write(bytes, to: "\(folder)/\(name).gguf", mode: 0o644)
      files.append((name, "\(name).gguf", SHA256Digest(of: bytes).hex))
    }
    try add("encoder", bundle.encoder.region.array)
    try add("intents", trained.bytes())
    if keepsGenerator, let generator = bundle.generator { try add("generator", generator.region.array) }
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("format", 1)
    writer.add("name", "trained")
    writer.add("version", String(files[1].digest.prefix(12)))
    for file in files {
      writer.beginObject(file.name)
      writer.add("file", file.file)
      writer.add("sha256", file.digest)
      writer.endObject()
    }
    writer.endObject()
    try AtomicFile.write(Array(card(trained, bundle).utf8), to: folder + "/intents.md", mode: 0o644)
    try AtomicFile.write(Array((writer.text + "\n").utf8), to: folder + "/bundle.json", mode: 0o644)
  }

  private func card(_ trained: TrainedClassifier, _ bundle: ModelBundle) -> String {
    let figures = trained.heldOut
    return """
      # intents.gguf: \(trained.classifier.intents.count) intents

      Trained by `weir train` with seed \(options.seed) on \(trained.rows) examples, on the encoder of bundle \
      \(bundle.name) \(bundle.version).

      | held-out predictions | \(figures.rows) |
      |---|---|
      | accuracy in scope | \((figures.accuracy * 100).decimals(1)) % |
      | out of scope | \(figures.outOfScopeRows)\(figures.hasStandIns ? " (intents that a network never saw)" : "") |
      | AUROC of the gate | \(figures.gateAUROC.map { $0.decimals(4) } ?? "unknown") |
      | highest confidence the evidence allows | \(figures.highestConfidence.decimals(4)) |

      These predictions are for examples that the predicting network never saw. `weir eval` measures the bundle on others.

      """
  }
}
