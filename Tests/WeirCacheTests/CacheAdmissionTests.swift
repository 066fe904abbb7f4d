import Testing
import WeirDomain

@testable import WeirCache

@Suite struct CacheAdmissionTests {
  private func plan(
    _ prompt: String, user: String? = nil, temperature: Double? = nil, admitting: Set<CacheAdmission.Reason> = []
  ) -> CachePlan {
    var configuration = CacheConfiguration()
    configuration.admitted = admitting
    return CachePlan(
      RouteRequest(
        id: "r", messages: [ChatMessage(role: .user, content: prompt)], user: user,
        settings: ModelSettings(temperature: temperature)), configuration)
  }

  @Test(arguments: [
    "what is the weather in Paris", "what time is it", "who won today", "stock price of Apple",
    "what's on this weekend", "is the shop open right now", "what is the current version of Swift",
  ])
  func `an answer that depends on when it is asked is not cached, or for the same prompt where admitted`(
    prompt: String
  ) {
    #expect(plan(prompt).admission.reason == .temporal)
    #expect(plan(prompt).partition == nil && plan(prompt).key == nil)
    let admitted = plan(prompt, admitting: [.temporal])
    #expect(admitted.partition == nil && admitted.key != nil)
  }

  @Test(arguments: [
    "what is my balance", "where is my order", "cancel my order 123", "where is order 4711", "my name is Ann",
    "send it to ann@example.com", "when will my refund arrive", "how much do I owe", "track parcel AB1234567",
    "how do I pay invoice 99812345",
  ])
  func `an answer of one person's own is not cached, or for that user where admitted`(prompt: String) {
    #expect(plan(prompt).admission.reason == .personal)
    #expect(plan(prompt).key == nil && plan(prompt, user: "ann").key == nil)
    #expect(plan(prompt, admitting: [.personal]).key == nil)
    let (ann, bob) = (
      plan(prompt, user: "ann", admitting: [.personal]), plan(prompt, user: "bob", admitting: [.personal])
    )
    #expect(ann.partition == nil)
    #expect(ann.key != nil && ann.key != bob.key)
  }

  @Test(arguments: [
    "how do I check my balance", "how can I track my order", "I want to cancel my order",
    "what is the capital of France",
    "how do I change my shipping address", "what is the current ratio in accounting",
  ])
  func `an answer for all may be shared`(prompt: String) {
    #expect(plan(prompt).admission.reason == nil)
    #expect(plan(prompt).partition != nil)
    #expect(plan(prompt, user: "ann").key == plan(prompt, user: "bob").key)
  }

  @Test(arguments: [
    ("what is my account balance?", "yes, please look it up", CacheAdmission.Reason.personal),
    ("what is the weather today?", "Berlin", .temporal),
  ])
  func `a turn is about what the user asked before`(first: String, then: String, reason: CacheAdmission.Reason) {
    let request = RouteRequest(
      id: "r",
      messages: [
        ChatMessage(role: .user, content: first), ChatMessage(role: .assistant, content: "Which one?"),
        ChatMessage(role: .user, content: then),
      ])
    let plan = CachePlan(request)
    #expect(plan.admission.reason == reason && plan.key == nil && plan.partition == nil)
    #expect(self.plan(then).admission.reason == nil)
  }

  @Test func `a prompt in which one person's values were found is that person's own`() {
    var configuration = CacheConfiguration()
    configuration.admitted = [.personal]
    func plan(_ user: String?, isPersonal: Bool) -> CachePlan {
      CachePlan(
        RouteRequest(
          id: "a", messages: [ChatMessage(role: .user, content: "send the paper to ada byron")], user: user),
        configuration, isPersonal: isPersonal)
    }
    #expect(plan("u", isPersonal: false).admission.isShared)
    #expect(plan("u", isPersonal: true).admission.scope == .user("u"))
    #expect(plan(nil, isPersonal: true).key == nil)
  }

  @Test func `a high temperature asks for variety`() {
    #expect(plan("explain the offside rule", temperature: 1).admission.reason == .creative)
    #expect(plan("explain the offside rule", temperature: 0.2).admission.reason == nil)
  }

  @Test(arguments: [
    "write a haiku about rain", "Write me a short story about a dragon.", "brainstorm names for a bakery",
    "give me another", "give me another example", "tell me a joke", "come up with a slogan for our shop",
    "pick a random number between 1 and 10", "surprise me", "flip a coin", "suggest five usernames", "try again",
    "generate a password", "make up a bedtime tale", "one more please",
  ])
  func `a prompt that wants something new each time is not cached, or for the same prompt where admitted`(
    prompt: String
  ) {
    #expect(plan(prompt).admission.reason == .creative)
    #expect(plan(prompt).key == nil && plan(prompt).partition == nil)
    let admitted = plan(prompt, admitting: [.creative])
    #expect(admitted.key != nil && admitted.partition == nil)
  }

  @Test(arguments: [
    "how do I write a poem", "can I use another card", "what is a haiku", "how do I change the names on the account",
    "write down the steps to reset the router", "make a payment with another currency", "who wrote the song Imagine",
    "I want to try a different size", "tell me about refunds", "is there a different way to pay",
  ])
  func `a question about a work or another thing is no wish for something new`(prompt: String) {
    #expect(plan(prompt).admission.reason != .creative)
  }

  @Test func `a prompt longer than the encoder's window is not compared, and takes no long time to read`() {
    #expect(plan(String(repeating: "my order is due and ", count: 60)).admission.reason == .long)
    #expect(plan(String(repeating: "my ", count: 20_000)).admission.reason == .long)
    #expect(plan(String(repeating: "x", count: 5_000) + " what is my balance").admission.reason == .personal)
  }

  @Test(arguments: ["", " \n", "?!"])
  func `a prompt without words is not compared`(prompt: String) {
    #expect(plan(prompt).admission.reason == .empty)
  }
}
