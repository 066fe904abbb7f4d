import Testing
import WeirClassifier

@Suite struct NegatedRequestTests {
  @Test(arguments: [
    "do not delete my account", "Please don't cancel my order!", "please, DO NOT send the newsletter",
    "Don\u{2019}t refund me",
    "I don't want to cancel my order", "i no longer want this subscription", "hello, never charge this card again",
    "I am not going to pay that fee", "i dont want a refund",
  ])
  func `a request not to do something is heard`(text: String) {
    #expect(NegatedRequest.matches(text))
  }

  @Test(arguments: [
    "delete my account", "I cannot log in", "my order has not arrived", "why was my payment not accepted?",
    "I do want a refund", "what if I do not pay in time?", "the donts of returning a parcel", "", "not",
  ])
  func `a problem told with a negation is an ordinary request`(text: String) {
    #expect(!NegatedRequest.matches(text))
  }
}
