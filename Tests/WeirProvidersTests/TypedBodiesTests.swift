import FoundationEssentials
import Glibc
import Testing
import WeirDomain
import WeirHTTP

@testable import WeirProviders

/// Writes what the codecs send, and the recorded replies, for the types of the providers' own packages to judge:
/// `Tools/Checks/types/run`.
@Suite("Bodies for the official packages' types")
struct TypedBodiesTests {
  private static let folder: String? = {
    guard let value = unsafe getenv("WEIR_BODIES") else { return nil }
    return unsafe String(cString: value)
  }()

  private func message(_ text: String) throws -> ChatMessage {
    try ChatMessage(openAI: try #require(JSONText(text: text)))
  }

  /// Between them, everything that is translated.
  private func requests() throws -> [CompletionRequest] {
    var plain = ModelSettings(model: "m", maxTokens: 9, temperature: 0.5, topP: 0.5, stop: ["END"])
    plain.format = .jsonSchema(
      AnswerSchema(name: "n", schema: #"{"type":"object","properties":{"a":{"type":"string"}}}"#))
    var tools = ModelSettings(model: "m", maxTokens: 9)
    for (name, text) in [
      (
        "tools",
        #"[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":true}},{"type":"function","function":{"name":"g"}}]"#
      ), ("tool_choice", #"{"type":"function","function":{"name":"f"}}"#), ("parallel_tool_calls", "false"),
      ("user", "\"u\""),
    ] { try tools.pass(name, try #require(JSONText(text: text))) }
    return [
      CompletionRequest(
        messages: [
          ChatMessage(role: .system, content: "s"), ChatMessage(role: .user, content: "a"),
          ChatMessage(role: .assistant, content: "b"), ChatMessage(role: .user, content: "c"),
        ], settings: plain),
      CompletionRequest(
        messages: [
          try message(
            #"{"role":"user","content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}},{"type":"image_url","image_url":{"url":"https://example.org/a.png"}},{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"}}]}"#
          ),
          try message(
            #"{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}"#
          ), try message(#"{"role":"tool","tool_call_id":"t","content":"r"}"#), ChatMessage(role: .user, content: "c"),
        ], settings: tools),
    ]
  }

  @Test(.enabled(if: folder != nil)) func `are written`() throws {
    let folder = try #require(Self.folder)
    func write(_ name: String, _ bytes: [UInt8]) throws {
      #expect(FileManager.default.createFile(atPath: "\(folder)/\(name).json", contents: Data(bytes)))
    }
    for (number, request) in try requests().enumerated() {
      for isStreamed in [false, true] {
        let name = "\(number)-\(isStreamed ? "streamed" : "whole")"
        let marks = PromptCacheMarks(prefix: true, conversation: true, key: "k")
        let codec = OpenAICodec(namesLimitMaxCompletionTokens: true, sendsCacheKey: true)
        try write("openai-request-\(name)", codec.body(request, isStreamed: isStreamed, cache: marks))
        try write("anthropic-request-\(name)", AnthropicCodec().body(request, isStreamed: isStreamed, cache: marks))
      }
    }
    let call = (id: "t", name: "f", arguments: #"{"a":1}"#)
    try write("openai-reply", Array(CodecTests.openAI.whole("text", [call], 1, 2).utf8))
    try write("anthropic-reply", Array(CodecTests.anthropic.whole("text", [call], 1, 2).utf8))
    func events(_ events: [ServerSentEvent]) -> [UInt8] {
      Array("[\(events.map(\.data).filter { $0 != "[DONE]" }.joined(separator: ","))]".utf8)
    }
    try write("openai-events", events(CodecTests.openAI.stream(["te", "xt"], [("t", "f", ["{", "}"])], 1, 2)))
    try write("anthropic-events", events(CodecTests.anthropic.stream(["te", "xt"], [("t", "f", ["{", "}"])], 1, 2)))
    let known = AnthropicCodecTests.toolStream.filter { $0.0 != "unheard_of" }
    try write("anthropic-events-tools", events(known.map { ServerSentEvent(data: $0.1) }))
  }
}
