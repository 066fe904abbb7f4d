internal import WeirConfiguration
internal import WeirCache
internal import WeirClassifier
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles
internal import WeirGenerator
internal import WeirModelFiles
internal import WeirRouting

/// What the models cost to load and to hold, and whether they work.
extension Checkup {
  /// Loads, encodes, classifies; a finding a model, then one for all.
  func tryModels(_ bundle: ModelBundle) -> [Finding] {
    var findings: [Finding] = []
    do {
      let encoder = try measured("encoder", bundle.encoder, &findings) {
        try Encoder($0, prefix: bundle.encoderPrefix)
      }
      let classifier = try IntentClassifier(from: bundle.intents.open(), encoderFingerprint: encoder.fingerprint)
      var text = ""
      if let part = bundle.generator {
        let generator = try measured("generator", part, &findings) { try bundle.openGenerator($0).generator }
        text = "; generator of \(generator.model.weightBytes / 1024) KiB loaded"
      }
      let start = clock.monotonic()
      _ = try classifier.classify(embedding: encoder.embed("where is my order").values)
      let microseconds = (clock.monotonic() - start) / 1000
      findings.append(
        Finding(
          subject: "models work", verdict: .good,
          text: "a prompt is classified in \(microseconds) us" + (text.isEmpty ? "; no generator" : text)))
      findings.append(memory())
      if let found = try falseHits(bundle, encoder) { findings.append(found) }
    } catch {
      findings.append(bad("models work", error))
    }
    return findings
  }

  /// What the budget for false hits comes to; nil without a semantic tier.
  private func falseHits(_ bundle: ModelBundle, _ encoder: Encoder) throws -> Finding? {
    guard configuration.cache.enabled, configuration.cache.semantic,
      let verifier = try bundle.openVerifier(encoderFingerprint: encoder.fingerprint)
    else { return nil }
    let budget = configuration.cache.falseHitBudget
    let threshold = verifier.threshold(budget: budget)
    let trained = verifier.basis == .matched ? "" : "; it was trained with another encoder and weighs less"
    guard let probability = threshold.probability else {
      return Finding(
        subject: "semantic cache", verdict: .warning,
        text:
          "false_hit_budget = \(budget) cannot be proven by \(threshold.pairs) labelled decisions (too few or too many "
          + "wrong ones of kind \(threshold.family)): only equal prompts are served\(trained)")
    }
    return Finding(
      subject: "semantic cache", verdict: .good,
      text: "false_hit_budget = \(budget): answers are served from probability \(probability.decimals(4)) on, by "
        + "\(threshold.pairs) labelled decisions\(trained)")
  }

  /// Runs `load` and says how long it took, and what of the model is mapped, in memory, and this process's own.
  private func measured<Model>(
    _ name: String, _ part: ModelBundle.Part, _ findings: inout [Finding], _ load: (GGUFFile) throws -> Model
  ) throws -> Model {
    let before = MemoryMap.status("RssAnon")
    let start = clock.monotonic()
    let file = try part.open()
    let model = try load(file)
    let microseconds = (clock.monotonic() - start) / 1000
    let map = MemoryMap.current()
    let own = MemoryMap.status("RssAnon")
    let again = clock.monotonic()
    _ = try TokenizerFactory.make(from: file)
    let tokenizer = (clock.monotonic() - again) / 1000
    var text = "\(file.packed == nil ? "not packed" : "packed"), loaded in \(microseconds) us"
    text += " (\(tokenizer) us of them the tokenizer)"
    if file.region.isMapped, let map {
      text +=
        ", \(Self.mebibytes(file.region.count)) mapped, \(Self.mebibytes(file.region.residentBytes(in: map))) resident"
    }
    if let before, let own { text += ", \(Self.mebibytes(max(own - before, 0))) private" }
    // Starts check its head; here it is read whole.
    try file.verifyPacked()
    findings.append(Finding(subject: "memory \(name)", verdict: .good, text: "\(file.name): \(text)"))
    return model
  }

  private func memory() -> Finding {
    guard let resident = MemoryMap.status("VmRSS"), let peak = MemoryMap.status("VmHWM"),
      let own = MemoryMap.status("RssAnon")
    else { return Finding(subject: "memory", verdict: .warning, text: "/proc is not there: memory is not known") }
    return Finding(
      subject: "memory", verdict: .good,
      text:
        "\(Self.mebibytes(resident)) resident, of which \(Self.mebibytes(own)) private; at most \(Self.mebibytes(peak))"
    )
  }

  private static func mebibytes(_ bytes: Int) -> String {
    "\((Double(bytes) / Double(1 << 20)).decimals(1)) MiB"
  }
}
