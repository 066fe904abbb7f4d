import Testing
import WeirTestSupport

@testable import WeirCache

/// Pairs that sentence encoders place close together, and what must come of them.
@Suite struct SimilarityGuardTests {
  @Test(arguments: [
    ("turn on the lights", "turn off the lights", GuardRefusal.polarity),
    ("turn the kitchen lights on", "turn the kitchen lights off", .polarity),
    ("how do I enable notifications", "how do I disable notifications", .polarity),
    ("how can I cancel my order", "how can I change my order", .polarity),
    ("how do I log in to the site", "how do I log out of the site", .polarity),
    ("should I water plants before sunrise", "should I water plants after sunrise", .polarity),
    ("what is the highest mountain", "what is the lowest mountain", .polarity),
    ("how do I open an account", "how do I close an account", .polarity),
    ("is the shop open on monday", "is the shop open on tuesday", .polarity),
    ("increase my credit limit", "decrease my credit limit", .polarity),
    ("is aspirin safe for dogs", "is aspirin safe for cats", .polarity),
    ("convert 10 km to miles", "convert 12 km to miles", .numbers),
    ("convert 10 km to miles", "convert 10 m to miles", .numbers),
    ("what is 15% of 80", "what is 80% of 15", .numbers),
    ("is it 10:30", "is it 10:45", .numbers),
    ("add two cups of flour", "add three cups of flour", .numbers),
    ("is ibuprofen safe in pregnancy", "is ibuprofen not safe in pregnancy", .negation),
    ("can I fly with a knife", "can't I fly with a knife", .negation),
    ("pasta with meat", "pasta without meat", .negation),
    ("is this mushroom edible", "is this mushroom inedible", .negation),
    ("flights from Paris to London", "flights from London to Paris", .direction),
    ("flights from paris to london", "flights from london to paris", .direction),
    ("is python faster than java", "is java faster than python", .direction),
    ("does a dog bite a man", "does a man bite a dog", .direction),
    ("what is the capital of France", "what is the capital of Spain", .names),
    ("what is the capital of france", "what is the capital of spain", .wording),
    ("hotels in berlin", "hotels in munich", .wording),
    ("cheap hotels in berlin", "hotels in berlin", .wording),
    ("who wrote Hamlet", "who wrote Macbeth", .names),
    ("write a program in C", "write a program in C++", .literals),
    ("write a program in C++", "write a program in C#", .literals),
    ("translate \"good morning\" to french", "translate \"good evening\" to french", .literals),
    ("what does `git push` do", "what does `git pull` do", .literals),
    ("send it to ann@example.com", "send it to bob@example.com", .literals),
    ("what is order AB1234", "what is order AB1235", .literals),
    ("cancel {{Order Number}}", "cancel {{Invoice Number}}", .literals),
    ("2 + 3", "2 * 3", .literals),
    ("how was the Eiffel Tower built", "when was the Eiffel Tower built", .question),
    ("where do I pay my bill", "why do I pay my bill", .question),
    ("how much is the fee", "how long is the fee", .question),
    ("wie storniere ich die Bestellung", "how do I cancel the order", .language),
    ("wie storniere ich die Bestellung", "wie bezahle ich die Bestellung", .language),
    ("如何取消订单", "如何更改订单", .language),
  ])
  func `a pair that needs two answers is refused, both ways`(left: String, right: String, reason: GuardRefusal) {
    #expect(SimilarityGuard.refusal(asked: left, stored: right) != nil)
    #expect(SimilarityGuard.refusal(asked: left, stored: right) == reason)
    #expect(SimilarityGuard.refusal(asked: right, stored: left) == reason)
  }

  @Test(arguments: [
    ("how do I cancel my order", "how can I cancel my order"),
    ("how do I cancel my order", "How do I cancel my order?"),
    ("how do I cancel my order", "I want to cancel my order, how do I do that"),
    ("how do I cancel my order", "can you help me cancel my order"),
    ("how do I cancel my order", "I don't know how to cancel my order"),
    ("how do I cancel my purchase", "how do I cancel my order"),
    ("what is the way to reset my password", "how do I reset my password"),
    ("what do I need to do to close my account", "how do I close my account"),
    ("convert 10 km to miles", "convert 10km to miles"),
    ("convert 10 kilometres to miles", "please convert 10 km to miles"),
    ("I need 1,000 dollars", "I need $1000"),
    ("turn on the lights", "turn the lights on"),
    ("turn on the lights", "please turn on the lights"),
    ("flights from paris to london", "flights from Paris to London please"),
    ("What is the capital of France?", "what's the capital of france"),
    ("show me the invoice", "let me see the bill"),
    ("write a program in C++", "Write a program in C++."),
    ("what's the reason of inflation", "why is there inflation"),
    ("wie storniere ich die Bestellung", "wie storniere ich die Bestellung"),
    ("what is the refund policy", "tell me the refund policy"),
    ("is ibuprofen not safe in pregnancy", "isn't ibuprofen safe in pregnancy"),
  ])
  func `a true paraphrase passes, both ways`(left: String, right: String) {
    #expect(SimilarityGuard.refusal(asked: left, stored: right) == nil)
    #expect(SimilarityGuard.refusal(asked: right, stored: left) == nil)
  }

  @Test func `a refusal's text tells nothing of the prompts`() {
    for refusal in GuardRefusal.allCases { #expect(!refusal.text.isEmpty) }
  }

  @Test(arguments: [
    "", " ", "\0", "?!", "\"", "{{", "'", "\u{200D}", String(repeating: "a", count: 10_000),
    String(repeating: "\" ", count: 1_000),
  ])
  func `no text, however odd, breaks it`(text: String) {
    #expect(SimilarityGuard.refusal(asked: text, stored: text) == nil)
    _ = SimilarityGuard.refusal(asked: text, stored: "how do I pay")
    _ = SimilarityGuard.refusal(asked: "how do I pay", stored: text)
  }

  @Test func `the verdict does not depend on the order of the two, for random sentences`() {
    let words = [
      "how", "do", "I", "cancel", "order", "not", "Paris", "from", "to", "10", "km", "on", "off", "turn", "what", "my",
      "\"x\"", "C++", "before", "without", "the",
    ]
    var random = SeededRandom(seed: 7)
    for _ in 0..<500 {
      let left = (0..<Int.random(in: 1...8, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
      var right = left
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        right[Int.random(in: right.indices, using: &random)] = words.randomElement(using: &random) ?? ""
      }
      let (a, b) = (left.joined(separator: " "), right.joined(separator: " "))
      let (forth, back) = (SimilarityGuard.refusal(asked: a, stored: b), SimilarityGuard.refusal(asked: b, stored: a))
      #expect((forth == nil) == (back == nil), "\(a) / \(b)")
    }
  }
}
