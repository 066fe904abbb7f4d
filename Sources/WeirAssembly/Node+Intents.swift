package import WeirConfiguration
internal import WeirClassifier
internal import WeirEncoder

extension Node {
  /// What the classifier of this configuration can say, out of scope included.
  package static func intents(_ configuration: Configuration) throws -> Set<String> {
    let bundle = try ModelBundle(configuration)
    let encoder = try bundle.openEncoder()
    let classifier = try IntentClassifier(from: bundle.intents.open(), encoderFingerprint: encoder.fingerprint)
    return Set(classifier.intents + ["out_of_scope"])
  }
}
