package import WeirDomain

/// One line of labels that came back: a JSON object with `id`, `label` and, if there are, `reviewer` and `other_label`.
///
/// The other fields of an exported line may stand in it and are not read. Hostile until read.
package struct LabelLine: Sendable, Hashable {
  package var id: ULID
  package var reviewer: String?
  /// Empty where nobody has filled in a label.
  package var verdicts: [ReviewLabel.Subject: ReviewLabel.Verdict] = [:]

  /// Why a line is refused; none of its texts but names of fields, short and printable.
  package struct Problem: Error, Sendable, Hashable {
    package var code: String
    package var message: String
  }

  /// Fields of other programs that write the same name for the same thing.
  private static let read = ["id", "label", "other_label", "reviewer"]

  package static func parse(_ bytes: [UInt8]) throws(Problem) -> LabelLine {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Problem(code: "invalid_utf8", message: "the line is not UTF-8")
    }
    guard let value = try? JSONReader.read(bytes), case .object(let object) = value else {
      throw Problem(code: "malformed_json", message: "the line is no JSON object")
    }
    let allowed = ReviewQueue.exportedFields + ["reviewer"]
    if let unknown = object.keys.filter({ !allowed.contains($0) }).min() {
      let name = String(unknown.prefix(40).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
      throw Problem(
        code: "unknown_field",
        message:
          "field \"\(name)\" is not known; read are \(read.joined(separator: ", ")), and the others of an export "
          + "may stand beside them")
    }
    guard let id = object["id"]?.text.flatMap({ ULID($0) }) else {
      throw Problem(code: "invalid_field", message: "field id must be the id of an exported sample")
    }
    var line = LabelLine(id: id)
    if let reviewer = object["reviewer"], reviewer != .null {
      guard let text = reviewer.text, ReviewLabel.isReviewer(text) else {
        throw Problem(code: "invalid_field", message: "field reviewer \(ReviewLabel.reviewerRule)")
      }
      line.reviewer = text
    }
    for (field, subject) in [("label", ReviewLabel.Subject.answer), ("other_label", .other)] {
      guard let value = object[field], value != .null, value.text != "" else { continue }
      guard let verdict = value.text.flatMap({ ReviewLabel.Verdict($0) }) else {
        throw Problem(code: "invalid_field", message: "field \(field) \(ReviewLabel.Verdict.rule)")
      }
      line.verdicts[subject] = verdict
    }
    return line
  }
}
