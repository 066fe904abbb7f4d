import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirRetrieval

/// `weir documents eval`: how well passages are found, and how well answers keep to them, told apart.
struct DocumentsEvalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measures retrieval, and the faithfulness of answers, on questions whose places are known.",
    discussion: """
      A line of the file is a JSON object: question; relevant, a list of "folder/file.md" or "folder/file.md#Heading"; \
      and, where there is one, answer (to be held against the passages) and reference (a right answer). Intervals are \
      95 % bootstrap intervals over the questions.

      Examples:
        weir documents eval questions.jsonl
        weir documents eval questions.jsonl --mode fused --json
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: "JSON lines with questions.")
  var questions: String

  @Option(help: "Rank by this only: fused, dense, lexical or reciprocal. Default: all of them.")
  var mode: RankingMode?

  @Flag(help: "One JSON object a ranking.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let documents = try DocumentCollection(configuration)
      let questions = try RetrievalQuestion.read(Self.lines(of: questions), file: questions)
      let index = try documents.index()
      let output = OutputFile(descriptor: 1, name: "standard output")
      // The same sentences come up for many questions and in each ranking.
      var known: [String: [Float]] = [:]
      func embed(_ text: String) -> [Float] {
        if let vector = known[text] { return vector }
        let vector = documents.embed(text)
        known[text] = vector
        return vector
      }
      for mode in mode.map({ [$0] }) ?? [.lexical, .dense, .fused, .reciprocal] {
        var measured = Measured()
        for question in questions {
          let passages = try index.search(
            question.question, vector: embed(question.question), count: 10, mode: mode)
          let given = passages.prefix(configuration.documents.passages).map(\.text)
          measured.add(question, passages, given: given, embed: embed)
        }
        let text = json ? measured.json(mode: mode) + "\n" : measured.table(mode: mode)
        guard try output.write(text) else { break }
      }
      try documents.close()
    }
  }

  private static func lines(of path: String) throws -> [[UInt8]] {
    let reader = try LineReader(path: path, maximumBytes: 1 << 20)
    var lines: [[UInt8]] = []
    while let line = try reader.next() {
      switch line {
      case .bytes(let bytes): lines.append(bytes)
      case .tooLong(let bytes):
        throw RetrievalFailure.question(
          file: path, line: lines.count + 1, reason: "it has \(bytes) bytes, 1 MiB are read")
      }
    }
    return lines
  }
}

/// The figures of one ranking.
private struct Measured {
  private var retrieval = RetrievalEvaluation()
  private var answers: [Faithfulness] = []
  private var references: [Faithfulness] = []

  mutating func add(
    _ question: RetrievalQuestion, _ passages: [FoundPassage], given: [String], embed: (String) -> [Float]
  ) {
    retrieval.add(question, passages)
    if let answer = question.answer, let found = Faithfulness(answer: answer, passages: given, embed: embed) {
      answers.append(found)
    }
    if let reference = question.reference, let found = Faithfulness(answer: reference, passages: given, embed: embed) {
      references.append(found)
    }
  }

  func table(mode: RankingMode) -> String {
    var rows = ["\(mode.rawValue): \(retrieval.questions) questions, \(retrieval.missed.count) not found among 10"]
    for depth in RetrievalEvaluation.depths {
      rows.append("  recall@\(depth)".padded(16) + retrieval.recall(depth).text)
    }
    rows.append("  MRR@10".padded(16) + retrieval.meanReciprocalRank.text)
    for (name, found) in [("answer", answers), ("reference", references)] where !found.isEmpty {
      rows.append("  \(name)s kept to their passages (\(found.count))")
      rows.append("    by words".padded(16) + MeanInterval(found.map(\.byWords)).text)
      rows.append("    by vectors".padded(16) + MeanInterval(found.map(\.byVectors)).text)
    }
    return rows.joined(separator: "\n") + "\n"
  }

  func json(mode: RankingMode) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("mode", mode.rawValue)
    writer.add("questions", retrieval.questions)
    writer.beginArray("missed")
    for place in retrieval.missed { writer.add(nil, place + 1) }
    writer.endArray()
    for depth in RetrievalEvaluation.depths { retrieval.recall(depth).write(to: &writer, name: "recall_\(depth)") }
    retrieval.meanReciprocalRank.write(to: &writer, name: "mrr_10")
    for (name, found) in [("answer", answers), ("reference", references)] where !found.isEmpty {
      MeanInterval(found.map(\.byWords)).write(to: &writer, name: "\(name)_by_words")
      MeanInterval(found.map(\.byVectors)).write(to: &writer, name: "\(name)_by_vectors")
    }
    writer.endObject()
    return writer.text
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(width - count, 1))
  }
}
