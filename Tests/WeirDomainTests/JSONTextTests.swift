import Testing
import WeirDomain
import WeirTestSupport

@Suite("JSON as its own text")
struct JSONTextTests {
  @Test func `leaves out white space between tokens, and nothing else`() throws {
    let text = try #require(
      JSONText(text: " { \"b\" : [ 1.50 , -0 , 12345678901234567890 ] ,\n\t\"a b\" : \" \\\" x \" } "))
    #expect(text.text == #"{"b":[1.50,-0,12345678901234567890],"a b":" \" x "}"#)
  }

  @Test func `takes objects and lists apart in their order`() throws {
    let text = try #require(JSONText(text: #"{"z":{"a,b":[1,{"c":"]}"}]},"\u0061":"\\","z2":[],"a":2}"#))
    let members = try #require(text.members)
    #expect(members.map(\.name) == ["z", "a", "z2"])
    #expect(members.map(\.value.text) == [#"{"a,b":[1,{"c":"]}"}]}"#, "2", "[]"])
    #expect(members[0].value["a,b"]?.elements?.map(\.text) == ["1", #"{"c":"]}"}"#])
    #expect(members[2].value.elements == [])
    #expect(text.elements == nil)
    #expect(JSONText(text: "{}")?.members?.isEmpty == true)
  }

  @Test(arguments: ["", "{", "[1,]", "{\"a\":}", "nul", "\"\u{1}\"", "1 2", String(repeating: "[", count: 65)])
  func `is nothing but one value`(text: String) {
    #expect(JSONText(text: text) == nil)
  }

  @Test func `is put together as it was taken apart, whatever it is`() throws {
    var random = SeededRandom(seed: 3)
    func value(_ depth: Int) -> String {
      switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &random) {
      case 0: return ["null", "true", "-1.5e3", "0.10"].randomElement(using: &random) ?? "0"
      case 1: return JSONText(string: ["", "a,\"b\"", "\\", "{[", "é\u{1}🙂"].randomElement(using: &random) ?? "").text
      case 2: return "[]"
      case 3: return "{}"
      case 4: return "[" + (0..<3).map { _ in value(depth + 1) }.joined(separator: " , ") + "]"
      default:
        return "{" + (0..<3).map { "\"k,\($0)\" :\(value(depth + 1))" }.joined(separator: ",\n") + "}"
      }
    }
    func rebuilt(_ text: JSONText) -> JSONText {
      if let members = text.members { return .object(members.map { ($0.name, rebuilt($0.value)) }) }
      return text.elements.map { .array($0.map(rebuilt)) } ?? text
    }
    for _ in 0..<500 {
      let text = value(0)
      let read = try #require(JSONText(text: text), "\(text)")
      #expect(rebuilt(read) == read)
      #expect(try read.value == JSONReader.read(Array(text.utf8)))
    }
  }

  @Test func `shows its size alone`() throws {
    let text = try #require(JSONText(text: #"{"prompt":"secret"}"#))
    var dumped = ""
    dump(text, to: &dumped)
    #expect(!"\(text)\(String(reflecting: text))\(dumped)".contains("secret"))
  }
}

@Suite("Chat messages and settings that pass through")
struct PassThroughTests {
  private func message(_ text: String) throws -> ChatMessage {
    try ChatMessage(openAI: try #require(JSONText(text: text)))
  }

  @Test(arguments: [
    #"{"role":"user","content":"a"}"#, #"{"content":"a","role":"user"}"#,
    #"{"role":"user","content":[{"type":"text","text":"a"}]}"#,
  ])
  func `a message of role and text is that and nothing more`(text: String) throws {
    #expect(try message(text) == ChatMessage(role: .user, content: "a"))
    #expect(try message(text).needs.isEmpty)
  }

  @Test(
    arguments: [
      (#"{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#, []),
      (#"{"role":"developer","content":"a"}"#, []),
      (
        #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}"#, [.images]
      ),
      (
        #"{"role":"user","content":[{"type":"input_audio","input_audio":{}},{"type":"file","file":{}}]}"#,
        [.audio, .files]
      ),
      (#"{"role":"assistant","content":null,"tool_calls":[{"id":"a"}]}"#, [.tools]),
      (#"{"role":"tool","tool_call_id":"a","content":"x"}"#, [.tools]),
      (#"{"role":"function","name":"a","content":"x"}"#, [.tools]),
      (#"{"role":"user","content":"a","name":"ann"}"#, [.field("name")]),
      (
        #"{"role":"user","content":[{"type":"text","text":"a","tone":"b"},{"type":"video"}]}"#,
        [.field("tone"), .field("video")]
      ),
      (#"{"role":"assistant","content":"a","refusal":null,"new":1}"#, [.field("new")]),
    ] as [(String, Set<RequestNeed>)])
  func `a message that is more is kept as it is, and says what it needs`(
    text: String, needs: Set<RequestNeed>
  ) throws {
    let found = try message(text)
    #expect(found.original?.text == text)
    #expect(found.needs == needs)
  }

  @Test(arguments: [
    "[]", "{}", #"{"role":"robot","content":"a"}"#, #"{"role":"user"}"#, #"{"role":"user","content":null}"#,
    #"{"role":"user","content":[]}"#, #"{"role":"user","content":[1]}"#, #"{"role":"user","content":7}"#,
    #"{"role":"tool","content":"a"}"#, #"{"role":"assistant"}"#, #"{"role":"assistant","content":null}"#,
  ])
  func `what is no message is refused without a word of it`(text: String) {
    #expect(throws: ChatMessage.Fault.self) { try message(text) }
  }

  @Test func `media are not measured as text`() throws {
    let data = String(repeating: "A", count: 100_000)
    let found = try message(
      #"{"role":"user","content":[{"type":"text","text":"12345678"},{"type":"image_url","image_url":{"url":"data:image/png;base64,\#(data)"}}]}"#
    )
    #expect(found.size.media == 1)
    #expect(found.size.bytes < 50)
    #expect(found.content == "12345678")
  }

  @Test func `settings pass through under rules`() throws {
    var settings = ModelSettings()
    try settings.pass("tools", .array([.object([("type", JSONText(string: "function"))])]))
    try settings.pass("n", JSONText(number: 1))
    try settings.pass("logprobs", .null)
    #expect(settings.extra.keys.sorted() == ["tools"])
    #expect(settings.needs == [.tools])
    try settings.pass("n", JSONText(number: 2))
    try settings.pass("top_k", JSONText(number: 2))
    #expect(settings.needs == [.tools, .choices, .field("top_k")])
    for number in settings.extra.count..<ModelSettings.mostExtra {
      try settings.pass("f\(number)", JSONText(number: 1))
    }
    #expect(throws: ModelSettings.ExtraFault.self) { try settings.pass("one-more", JSONText(number: 1)) }
    try settings.pass("top_k", JSONText(number: 3))
  }

  @Test(arguments: [
    ("model", "1"), ("messages", "[]"), ("stream", "true"), ("max_tokens", "1"), ("", "1"), ("a b", "1"), ("é", "1"),
    ("n", "0"), ("n", "129"), ("n", "1.5"), ("tools", "{}"), ("tools", "[]"), ("tools", "[{}]"),
  ])
  func `settings that are the request's own, or wrong, are refused`(name: String, text: String) throws {
    var settings = ModelSettings()
    let value = try #require(JSONText(text: text))
    #expect(throws: ModelSettings.ExtraFault.self) { try settings.pass(name, value) }
  }
}
