/// How well passages are found, whatever is made of them afterwards.
package struct RetrievalEvaluation: Sendable, Hashable {
  /// Depths at which recall is told.
  package static let depths = [1, 3, 5, 10]

  /// For each question and depth: the share of its relevant places among that many passages.
  private var recalls: [[Double]] = []
  /// For each question: 1 / place of the first relevant passage, 0 where there is none.
  private var reciprocals: [Double] = []
  /// Numbers of the questions, from 0, with no relevant passage at all.
  package private(set) var missed: [Int] = []

  package init() {}

  package var questions: Int { recalls.count }

  /// Takes a question with its passages, best first.
  package mutating func add(_ question: RetrievalQuestion, _ passages: [FoundPassage]) {
    recalls.append(
      RetrievalEvaluation.depths.map { depth in
        let found = question.relevant.count { place in
          passages.prefix(depth).contains { RetrievalQuestion.matches(place, $0) }
        }
        return Double(found) / Double(question.relevant.count)
      })
    let first = passages.prefix(10).firstIndex { passage in
      question.relevant.contains { RetrievalQuestion.matches($0, passage) }
    }
    if first == nil { missed.append(recalls.count - 1) }
    reciprocals.append(first.map { 1 / Double($0 + 1) } ?? 0)
  }

  /// Mean recall among the first `depth` passages.
  package func recall(_ depth: Int) -> MeanInterval {
    guard let place = RetrievalEvaluation.depths.firstIndex(of: depth) else {
      preconditionFailure("recall is told at the depths of RetrievalEvaluation.depths")
    }
    return MeanInterval(recalls.map { $0[place] })
  }

  /// Mean reciprocal rank among the first 10 passages.
  package var meanReciprocalRank: MeanInterval { MeanInterval(reciprocals) }
}
