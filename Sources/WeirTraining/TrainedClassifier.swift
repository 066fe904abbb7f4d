package import WeirClassifier
internal import WeirModelFiles

/// What training made, with the figures of its held-out predictions.
package struct TrainedClassifier: Sendable {
  /// Cross-fitted or validation figures; shares are 0 to 1.
  package struct Figures: Sendable, Equatable {
    /// Held-out predictions behind gate and calibration.
    package var rows = 0
    package var accuracy = 0.0
    package var outOfScopeRows = 0
    /// True where out-of-scope prompts were played by intents that a network never saw.
    package var hasStandIns = false
    package var gateAUROC: Double?
    /// Largest confidence that the calibration can claim.
    package var highestConfidence = 0.0

    package init() {}
  }

  package private(set) var classifier: IntentClassifier
  /// The rows behind the classifier's prototypes.
  package let prototypes: [[Float]]
  package let heldOut: Figures
  /// Passes of each network before early stopping.
  package let passes: [Int]
  package let rows: Int
  /// Cross-fitted figures of the forest, an output each; empty where there is none.
  package private(set) var forestFigures: [ForestFigure] = []

  init(
    classifier: IntentClassifier, prototypes: [[Float]], heldOut: Figures, passes: [Int], rows: Int
  ) {
    self.classifier = classifier
    self.prototypes = prototypes
    self.heldOut = heldOut
    self.passes = passes
    self.rows = rows
  }

  /// Fits the forest over tiers to the rows that carry such labels; fewer than 50 of an output, or all of one kind, teach
  /// nothing and leave it out.
  package mutating func addForest(
    texts: [String], vectors: [[Float]], labels: [PromptForest.Output: [Double?]], seed: UInt64
  ) {
    guard let fit = PromptForestFit(texts: texts, vectors: vectors, labels: labels, seed: seed) else { return }
    var parts = classifier.parts
    parts.forest = fit.forest
    classifier = IntentClassifier(parts, encoderFingerprint: classifier.encoderFingerprint)
    forestFigures = fit.heldOut.map { ForestFigure($0.output, $0.predictions, $0.labels) }
  }

  /// The bytes of `intents.gguf`.
  package func bytes() -> [UInt8] {
    var file = classifier.file(prototypes: prototypes)
    file.set("weir.intents.calibration_rows", UInt32(heldOut.rows))
    file.set("weir.eval.accuracy", Float(heldOut.accuracy))
    return file.bytes()
  }
}
