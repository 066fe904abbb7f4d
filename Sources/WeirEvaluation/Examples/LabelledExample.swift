package import WeirDomain

/// One text with what a person says about it: what models are trained on and measured with.
package struct LabelledExample: Sendable, Equatable {
  /// What an example may be used for.
  package enum Split: String, Sendable, CaseIterable {
    case train, validation, test
  }

  /// Where the example stands.
  package struct Source: Sendable, Hashable {
    package let file: String
    /// From 1; the first line of an example that has several.
    package let line: Int

    package init(file: String, line: Int) {
      self.file = file
      self.line = line
    }
  }

  /// The intent of examples that belong to none; `oos` and `out-of-scope` are read as this.
  package static let outOfScope = "out_of_scope"

  /// Different for every example of one reading; the file's name and the line where the file gives none.
  package var id: String
  /// Not empty, valid UTF-8, at most `ExampleReader.Options.maximumTextBytes`.
  package var text: String
  /// Not empty, without control characters, at most 256 bytes.
  package var intent: String
  /// How much the example counts in training; above 0.
  package var weight: Double?
  package var split: Split?
  /// How good the answer of a tier's model was, 0 (no use) to 1 (good enough): of the local one under `generator`.
  package var sufficiency: [Tier: Double]
  /// How hard the text is to answer: 0 to 1.
  package var complexity: Double?
  package var source: Source

  package init(
    id: String, text: String, intent: String, weight: Double? = nil, split: Split? = nil,
    sufficiency: [Tier: Double] = [:],
    complexity: Double? = nil, source: Source
  ) {
    self.id = id
    self.text = text
    self.intent = intent
    self.weight = weight
    self.split = split
    self.sufficiency = sufficiency
    self.complexity = complexity
    self.source = source
  }

  package var isOutOfScope: Bool { intent == Self.outOfScope }
}
