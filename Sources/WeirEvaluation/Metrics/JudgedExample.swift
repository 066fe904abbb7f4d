/// What a bundle's classifier said about one example, and what was expected.
package struct JudgedExample: Sendable, Equatable {
  package let id: String
  /// Only where a report is to show it.
  package let text: String?
  /// Index of the expected intent; nil for out of scope.
  package let expected: Int?
  /// Index of the intent that was named, whatever the gate says.
  package let predicted: Int
  /// Calibrated probability, 0 to 1, that `predicted` is right.
  package let confidence: Double
  /// 0 to 1: how much the text looks like none of the intents.
  package let outOfScope: Double
  /// Time of the encoder pass and of the classification.
  package let encodeNanoseconds: Int64
  package let classifyNanoseconds: Int64

  package init(
    id: String, text: String? = nil, expected: Int?, predicted: Int, confidence: Double, outOfScope: Double,
    encodeNanoseconds: Int64 = 0, classifyNanoseconds: Int64 = 0
  ) {
    self.id = id
    self.text = text
    self.expected = expected
    self.predicted = predicted
    self.confidence = confidence
    self.outOfScope = outOfScope
    self.encodeNanoseconds = encodeNanoseconds
    self.classifyNanoseconds = classifyNanoseconds
  }

  package var isRight: Bool { expected == predicted }
}
