internal import WeirDomain
package import WeirHTTP

/// A chat completion, whole or streamed.
package struct OpenAIReply: ProviderReply {
  package private(set) var content = ReplyContent()
  package private(set) var hasEnded = false
  private let maximumBytes: Int

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
  }

  package mutating func take(whole body: [UInt8]) throws(ReplyFailure) {
    _ = try take(body, part: "message")
  }

  package mutating func take(_ event: ServerSentEvent) throws(ReplyFailure) -> [CompletionDelta] {
    if event.data == "[DONE]" {
      hasEnded = true
      return []
    }
    let new = try take(Array(event.data.utf8), part: "delta")
    return new.isEmpty ? [] : [.text(new)]
  }

  /// Takes one JSON text, `delta` of a stream's chunk or `message` of a whole answer; returns its new text.
  private mutating func take(_ bytes: [UInt8], part: String) throws(ReplyFailure) -> String {
    let chunk: JSONValue
    do { chunk = try JSONReader.read(bytes) } catch {
      throw .malformed("no JSON at byte \(error.offset) of \(bytes.count)")
    }
    guard case .object(let members) = chunk else { throw .malformed("not a JSON object") }
    if let error = members["error"], error != .null {
      let code = ProviderErrorCode(body: chunk)
      throw .error(code, status: code.code.flatMap { Int($0) })
    }
    if let name = chunk["model"]?.text, !name.isEmpty { content.model = name }
    take(usage: chunk["usage"])
    // A chunk without choices carries usage alone.
    guard let choice = chunk["choices"]?[0] else {
      if part == "message" { throw .malformed("no choices") }
      return ""
    }
    if let reason = choice["finish_reason"]?.text { content.finishReason = Self.reason(reason) }
    guard let new = Self.text(choice[part]?["content"]), !new.isEmpty else { return "" }
    guard content.text.utf8.count + new.utf8.count <= maximumBytes else {
      throw .malformed("more text than the \(maximumBytes) bytes allowed")
    }
    content.text += new
    content.pieces += 1
    return new
  }

  private mutating func take(usage: JSONValue?) {
    content.usage.take(.prompt, usage?["prompt_tokens"]?.count)
    content.usage.take(.completion, usage?["completion_tokens"]?.count)
    content.usage.take(.cacheRead, usage?["prompt_tokens_details"]?["cached_tokens"]?.count)
  }

  /// Content is a string, or in some servers a list of parts with text.
  private static func text(_ content: JSONValue?) -> String? {
    switch content {
    case .string(let text): text
    case .array(let parts): parts.compactMap { $0["text"]?.text }.joined()
    default: nil
    }
  }

  private static func reason(_ word: String) -> Completion.FinishReason {
    switch word {
    case "stop", "eos", "end_turn": .stop
    case "length", "max_tokens": .length
    case "content_filter": .contentFilter
    default: .other
    }
  }
}
