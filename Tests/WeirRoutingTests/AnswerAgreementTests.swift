import Testing
import WeirDomain

@testable import WeirRouting

@Suite struct AnswerAgreementTests {
  private static func verdict(
    _ left: String, _ right: String, format: AnswerFormat = .text, similarity: Double = 0.95
  ) -> AnswerAgreement.Verdict {
    AnswerAgreement.verdict(left, right, format: format) { _, _ in similarity }
  }

  @Test func `the same words agree, whatever their case and marks`() {
    #expect(Self.verdict("Yes.", "yes") == .agree(similarity: 1))
    #expect(Self.verdict("Paris", "  PARIS ") == .agree(similarity: 1))
  }

  @Test func `short answers agree only in the same words`() {
    #expect(Self.verdict("Yes", "No", similarity: 0.99) == .differ("short answers with other words"))
    #expect(Self.verdict("B", "C", similarity: 0.99) == .differ("short answers with other words"))
  }

  @Test func `numbers and negations must be the same, however alike the rest is`() {
    let year = Self.verdict("The tower was built in 1889 by Eiffel.", "The tower was built in 1887 by Eiffel.")
    #expect(year == .differ("numbers or units differ"))
    let negated = Self.verdict(
      "You can return the item within the time.", "You cannot return the item within the time.")
    #expect(negated == .differ("one of them negates"))
  }

  @Test func `other words agree where they mean the same`() {
    let left = "You can send the item back within two weeks."
    let right = "The item may be sent back within two weeks."
    #expect(Self.verdict(left, right, similarity: 0.9) == .agree(similarity: 0.9))
    #expect(Self.verdict(left, right, similarity: 0.8) == .differ("similarity 0.800, at least 0.850 is asked"))
    guard case .differ = Self.verdict(left, right, similarity: .nan) else {
      Issue.record("what cannot be compared does not agree")
      return
    }
  }

  @Test func `JSON agrees by its values`() {
    #expect(Self.verdict(#"{"a": 1, "b": [2]}"#, #"{"b":[2],"a":1.0}"#, format: .jsonObject) == .agree(similarity: 1))
    #expect(Self.verdict(#"{"a": 1}"#, #"{"a": 2}"#, format: .jsonObject) == .differ("their values differ"))
    #expect(Self.verdict("{", "]", format: .jsonObject) == .differ("their texts differ"))
  }
}
