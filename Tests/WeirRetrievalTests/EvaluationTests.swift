import Testing
import WeirDomain

@testable import WeirRetrieval

/// The figures of an evaluation against hand counts.
@Suite struct EvaluationTests {
  private func passage(_ source: String, _ trail: [String] = []) -> FoundPassage {
    FoundPassage(
      chunkID: 1, source: source, trail: trail, lines: 1...1, text: "", score: 0, similarity: 0, wordScore: 0)
  }

  @Test func `recall and reciprocal rank count places, not passages`() {
    var evaluation = RetrievalEvaluation()
    let question = RetrievalQuestion(question: "q", relevant: ["a.md#Two", "b.md"])
    evaluation.add(
      question,
      [passage("docs/a.md", ["One"]), passage("docs/a.md", ["One", "two"]), passage("x/b.md"), passage("x/b.md")])
    evaluation.add(RetrievalQuestion(question: "q", relevant: ["c.md"]), [passage("docs/not-c.md")])
    #expect(evaluation.recall(1).mean == 0)
    #expect(evaluation.recall(3).mean == 0.5)
    #expect(evaluation.recall(10).mean == 0.5)
    #expect(evaluation.meanReciprocalRank.mean == 0.25)
    #expect(evaluation.missed == [1])
  }

  @Test func `an interval holds its mean and is the same for the same seed`() {
    let values = (0..<200).map { Double($0 % 4 == 0 ? 1 : 0) }
    let interval = MeanInterval(values)
    #expect(interval.mean == 0.25)
    #expect(interval.lower < 0.25)
    #expect(interval.upper > 0.25)
    #expect(interval.upper - interval.lower < 0.15)
    #expect(interval == MeanInterval(values))
    #expect(MeanInterval([]).count == 0)
    #expect(MeanInterval([1, 1]).lower == 1)
  }

  @Test func `words and vectors judge an answer apart`() throws {
    let passages = ["Refunds take ten days. Parcels arrive by noon."]
    func judge(_ answer: String) throws -> Faithfulness {
      try #require(Faithfulness(answer: answer, passages: passages, embed: WordEncoder.vector))
    }
    let same = try judge("Refunds take ten days [1].")
    #expect(same.byWords == 1)
    #expect(same.byVectors > 0.99)
    let wrong = try judge("Refunds take ninety days.")
    #expect(wrong.byWords == 0.75)
    #expect(try judge("Volcanic glass.").byWords == 0)
    #expect(Faithfulness(answer: "[1]", passages: passages, embed: WordEncoder.vector) == nil)
    #expect(Faithfulness(answer: "x", passages: [], embed: WordEncoder.vector) == nil)
    #expect(Faithfulness.withoutMarks("a [1] b [x] [12345] [") == "a  b [x] [12345] [")
  }

  @Test func `a bad line of questions is named`() throws {
    func read(_ text: String) throws -> [RetrievalQuestion] {
      try RetrievalQuestion.read(text.split(separator: "\n").map { Array($0.utf8) }, file: "q.jsonl")
    }
    #expect(try read("{\"question\":\"a\",\"relevant\":\"b.md\"}").first?.relevant == ["b.md"])
    for bad in ["x", "{}", "{\"question\":\" \",\"relevant\":[\"a\"]}", "{\"question\":\"a\",\"relevant\":[]}"] {
      #expect(throws: RetrievalFailure.self) { try read(bad) }
    }
  }
}
