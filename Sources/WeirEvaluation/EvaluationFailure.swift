package import WeirDomain

/// Why examples cannot be evaluated.
package enum EvaluationFailure: WeirFailure, Equatable {
  /// The bundle was not trained on these intents; `nearest` are its own names that look like the first of them.
  case unknownIntents([EvaluationReport.UnknownIntent], bundle: String, nearest: String?)
  /// No example of this split is there.
  case emptySplit(LabelledExample.Split, examples: Int)

  package var kind: FailureKind { .badRequest }

  package var message: String {
    switch self {
    case .unknownIntents(let unknown, let bundle, let nearest):
      "\(unknown.reduce(0) { $0 + $1.rows }) examples are of intents that bundle \(TextColumn.printable(bundle)) does not know: "
        + unknown.prefix(8).map { "\(TextColumn.printable($0.name)) (\($0.rows))" }.joined(separator: ", ")
        + (unknown.count > 8 ? " and \(unknown.count - 8) more" : "")
        + (nearest.map { "; did you mean \(TextColumn.printable($0))?" } ?? "")
        + " Correct the names, evaluate a bundle that was trained on them, or count them as out of scope with "
        + "--unknown-as out_of_scope"
    case .emptySplit(let split, let examples):
      "none of the \(examples) examples is of split \(split.rawValue): check the field split, or leave --split away"
    }
  }
}
