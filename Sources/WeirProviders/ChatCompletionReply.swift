import WeirDomain

/// What a provider has said so far: the whole of a plain answer, or the chunks of a stream put together.
///
/// Unknown fields are passed over. Usage is the maximum over all chunks, field by field: providers repeat it, send it
/// early with partial counts, or only at the end.
struct ChatCompletionReply {
  private(set) var text = ""
  /// How many chunks brought text; about one token each.
  private(set) var pieces = 0
  private(set) var finishReason: Completion.FinishReason?
  private(set) var model: String?
  private var promptTokens: Int?
  private var completionTokens: Int?
  private var cachedTokens = 0
  private let maximumBytes: Int

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
  }

  /// Why a chunk cannot be taken.
  enum Failure: Error {
    case error(ProviderErrorCode)
    case malformed(String)

    var interruption: ProviderFailure.Interruption {
      switch self {
      case .error(let code): .error(code)
      case .malformed(let reason): .malformed(reason: reason)
      }
    }
  }

  /// Takes one JSON text, `delta` of a stream's chunk or `message` of a whole answer; returns its new text.
  mutating func take(_ bytes: [UInt8], part: String) throws(Failure) -> String {
    let chunk: JSONValue
    do { chunk = try JSONReader.read(bytes) } catch {
      throw .malformed("no JSON at byte \(error.offset) of \(bytes.count)")
    }
    guard case .object(let members) = chunk else { throw .malformed("not a JSON object") }
    if let error = members["error"], error != .null { throw .error(ProviderErrorCode(body: chunk)) }
    if let name = chunk["model"]?.text, !name.isEmpty { model = name }
    takeUsage(chunk["usage"])
    // A chunk without choices carries usage alone.
    guard let choice = chunk["choices"]?[0] else {
      if part == "message" { throw .malformed("no choices") }
      return ""
    }
    if let reason = choice["finish_reason"]?.text { finishReason = Self.reason(reason) }
    guard let new = Self.text(choice[part]?["content"]), !new.isEmpty else { return "" }
    guard text.utf8.count + new.utf8.count <= maximumBytes else {
      throw .malformed("more text than the \(maximumBytes) bytes allowed")
    }
    text += new
    pieces += 1
    return new
  }

  private mutating func takeUsage(_ usage: JSONValue?) {
    if let count = usage?["prompt_tokens"]?.count { promptTokens = max(promptTokens ?? 0, count) }
    if let count = usage?["completion_tokens"]?.count { completionTokens = max(completionTokens ?? 0, count) }
    if let count = usage?["prompt_tokens_details"]?["cached_tokens"]?.count { cachedTokens = max(cachedTokens, count) }
  }

  /// As reported; what is missing is estimated from the texts.
  func usage(for request: CompletionRequest) -> TokenUsage {
    if let promptTokens, let completionTokens {
      return TokenUsage(
        prompt: promptTokens, completion: completionTokens, cachedPrompt: min(cachedTokens, promptTokens))
    }
    let prompt = request.messages.reduce(3) { $0 + 4 + TokenEstimate.tokens(in: $1.content) }
    return TokenUsage(
      prompt: promptTokens ?? prompt, completion: completionTokens ?? max(pieces, TokenEstimate.tokens(in: text)),
      isEstimated: true)
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
