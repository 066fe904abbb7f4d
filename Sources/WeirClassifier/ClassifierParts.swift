/// Everything that a classifier's file holds, as numbers that fit each other.
package struct ClassifierParts: Sendable {
  /// Different names, none of them `out_of_scope`; at least one.
  package var intents: [String]
  package var hidden: DenseLayer
  /// One output an intent, and one more where the network was trained on prompts out of scope.
  package var output: DenseLayer
  /// Divides logits before the softmax; above 0.
  package var temperature: Float
  /// One unit-length vector an intent.
  package var centres: [[Float]]
  package var prototypes: Prototypes?
  package var heads: ConfidenceHeads
  package var forest: PromptForest?
  /// Nil where the file carries no labelled predictions.
  package var risk: ClassifierRisk?

  package init(
    intents: [String], hidden: DenseLayer, output: DenseLayer, temperature: Float, centres: [[Float]],
    prototypes: Prototypes?, heads: ConfidenceHeads, forest: PromptForest? = nil,
    risk: ClassifierRisk? = nil
  ) {
    self.intents = intents
    self.hidden = hidden
    self.output = output
    self.temperature = temperature
    self.centres = centres
    self.prototypes = prototypes
    self.heads = heads
    self.forest = forest
    self.risk = risk
  }
}
