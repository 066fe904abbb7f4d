internal import WeirDomain

/// A question with the places where its answer stands.
package struct RetrievalQuestion: Sendable, Hashable {
  package var question: String
  /// `folder/file.md`, or `folder/file.md#Heading` for a section; a path may leave out its first folders.
  package var relevant: [String]
  /// An answer that somebody gave, to be held against the passages.
  package var answer: String?
  /// A right answer: what the passages should allow.
  package var reference: String?

  /// Reads one JSON object a line; throws for the first line that is none, or lacks `question` or `relevant`.
  package static func read(
    _ lines: some Sequence<[UInt8]>, file: String
  ) throws(RetrievalFailure) -> [RetrievalQuestion] {
    var questions: [RetrievalQuestion] = []
    for (index, line) in lines.enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      func failure(_ reason: String) -> RetrievalFailure { .question(file: file, line: index + 1, reason: reason) }
      guard let value = try? JSONReader.read(line) else { throw failure("it is not a JSON object") }
      guard let question = value["question"]?.text, !question.allSatisfy(\.isWhitespace) else {
        throw failure("it has no text \"question\"")
      }
      let relevant = value["relevant"]?.array?.compactMap(\.text) ?? value["relevant"]?.text.map { [$0] } ?? []
      guard !relevant.isEmpty else {
        throw failure("\"relevant\" must be a list of documents, as [\"folder/file.md#Heading\"]")
      }
      questions.append(
        RetrievalQuestion(
          question: question, relevant: relevant, answer: value["answer"]?.text, reference: value["reference"]?.text))
    }
    return questions
  }

  /// Whether the passage lies in the place that `relevant` names.
  static func matches(_ place: String, _ passage: FoundPassage) -> Bool {
    let parts = place.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0]
    guard passage.source == path || passage.source.hasSuffix("/" + path) else { return false }
    guard parts.count == 2 else { return true }
    let heading = parts[1].lowercased()
    return passage.trail.contains { $0.lowercased() == heading }
  }
}
