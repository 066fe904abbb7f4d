internal import WeirDomain
package import WeirHTTP

/// A message of the Messages API, whole or streamed.
///
/// Its content blocks come apart into what OpenAI's form has places for: texts, and calls of tools. Where there are
/// others (thoughts with their signatures, results of the provider's own tools), the message also keeps all blocks as
/// they came, so that they can be sent back.
package struct AnthropicReply: ProviderReply {
  package private(set) var hasEnded = false
  private var blocks: [Int: AnthropicBlock] = [:]
  /// Texts in the order in which they came, whatever blocks they belong to.
  private var text = ""
  private var pieces = 0
  private var model: String?
  private var finishReason: Completion.FinishReason?
  private var usage = ReportedUsage(promptIncludesCache: false)
  private var room: Int
  private let maximumBytes: Int

  private static let mostBlocks = 1024

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
    room = maximumBytes
  }

  package var content: ReplyContent {
    var content = ReplyContent(usage: usage)
    content.model = model
    content.pieces = pieces
    content.finishReason = finishReason
    let ordered = blocks.sorted { $0.key < $1.key }.map(\.value)
    content.text = text
    content.message = Self.message(ordered, text: text)
    return content
  }

  private static func message(_ blocks: [AnthropicBlock], text: String) -> JSONText? {
    let calls = blocks.filter { $0.type == "tool_use" }
    let hasOthers = blocks.contains { !["text", "tool_use"].contains($0.type) || $0.hasMore }
    guard !calls.isEmpty || hasOthers else { return nil }
    var members: [(name: String, value: JSONText)] = [
      ("role", JSONText(string: "assistant")), ("content", text.isEmpty ? .null : JSONText(string: text)),
    ]
    if !calls.isEmpty { members.append(("tool_calls", .array(calls.map(\.call)))) }
    if hasOthers { members.append(("content_blocks", .array(blocks.map(\.original)))) }
    return .object(members)
  }

  package mutating func take(whole body: [UInt8]) throws(ReplyFailure) {
    let value = try read(body)
    if value["type"]?.text == "error" { throw Self.error(value) }
    // First: usage that was told counts, whatever is wrong with the rest.
    take(message: value)
    guard value["content"]?.array != nil else { throw .malformed("no content") }
    guard let found = JSONText(body)?["content"]?.elements else { throw .malformed("no UTF-8") }
    for (index, original) in found.enumerated() {
      try open(index)
      let block = AnthropicBlock(start: original)
      blocks[index] = block
      if block.type == "text" { self.text += block.text }
      pieces += 1
      // Afterwards: what is more than allowed was written and is paid for.
      try keep(original.bytes.count)
    }
  }

  package mutating func take(_ event: ServerSentEvent) throws(ReplyFailure) -> [CompletionDelta] {
    let bytes = Array(event.data.utf8)
    let value = try read(bytes)
    switch value["type"]?.text {
    case "message_start":
      if let message = value["message"] { take(message: message) }
    case "message_delta":
      take(usage: value["usage"])
      if let reason = value["delta"]?["stop_reason"]?.text { finishReason = Self.reason(reason) }
    case "message_stop": hasEnded = true
    case "error": throw Self.error(value)
    case "content_block_start":
      guard let start = JSONText(bytes)?["content_block"], start.members != nil else { break }
      let index = value["index"]?.count ?? blocks.count
      try keep(start.bytes.count)
      try open(index)
      guard blocks[index] == nil else {
        // One that began by its deltas learns its name; one that began twice stays as it is.
        blocks[index]?.begin(start)
        break
      }
      let block = AnthropicBlock(start: start)
      blocks[index] = block
      return passedOn(block.opening(call: callIndex(of: index)))
    case "content_block_delta":
      guard let delta = value["delta"] else { break }
      let index = value["index"]?.count ?? max(0, blocks.count - 1)
      // More than any of its texts, which escapes only make longer.
      try keep(bytes.count)
      try open(index)
      let call = callIndex(of: index)
      var block = blocks[index] ?? AnthropicBlock(type: AnthropicBlock.type(ofDelta: delta))
      let new = block.take(delta, JSONText(bytes)?["delta"], call: call)
      blocks[index] = block
      return passedOn(new)
    default: break
    }
    return []
  }

  private mutating func passedOn(_ delta: CompletionDelta?) -> [CompletionDelta] {
    guard let delta else { return [] }
    text += delta.text ?? ""
    pieces += 1
    return [delta]
  }

  /// How many calls of tools come before this block.
  private func callIndex(of index: Int) -> Int {
    blocks.count { $0.key < index && $0.value.type == "tool_use" }
  }

  private func read(_ bytes: [UInt8]) throws(ReplyFailure) -> JSONValue {
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch {
      throw .malformed("no JSON at byte \(error.offset) of \(bytes.count)")
    }
    guard case .object = value else { throw .malformed("not a JSON object") }
    return value
  }

  private mutating func take(message: JSONValue) {
    if let name = message["model"]?.text, (1...256).contains(name.utf8.count) { model = name }
    if let reason = message["stop_reason"]?.text { finishReason = Self.reason(reason) }
    take(usage: message["usage"])
  }

  private mutating func take(usage told: JSONValue?) {
    usage.take(.prompt, told?["input_tokens"]?.count)
    usage.take(.completion, told?["output_tokens"]?.count)
    usage.take(.cacheRead, told?["cache_read_input_tokens"]?.count)
    usage.take(.cacheWrite, told?["cache_creation_input_tokens"]?.count)
    usage.take(.longCacheWrite, told?["cache_creation"]?["ephemeral_1h_input_tokens"]?.count)
  }

  private mutating func open(_ index: Int) throws(ReplyFailure) {
    guard index < 1 << 20, blocks[index] != nil || blocks.count < Self.mostBlocks else {
      throw .malformed("more than the \(Self.mostBlocks) content blocks allowed")
    }
  }

  private mutating func keep(_ bytes: Int) throws(ReplyFailure) {
    room -= bytes
    guard room >= 0 else { throw .malformed("more than the \(maximumBytes) bytes allowed") }
  }

  private static func error(_ value: JSONValue) -> ReplyFailure {
    let code = ProviderErrorCode(body: value)
    let status: Int? =
      switch code.type {
      case "invalid_request_error": 400
      case "authentication_error": 401
      case "billing_error": 402
      case "permission_error": 403
      case "not_found_error": 404
      case "request_too_large": 413
      case "rate_limit_error": 429
      case "api_error": 500
      case "timeout_error": 504
      case "overloaded_error": 529
      default: nil
      }
    return .error(code, status: status)
  }

  private static func reason(_ word: String) -> Completion.FinishReason {
    switch word {
    case "end_turn", "stop_sequence": .stop
    case "max_tokens", "model_context_window_exceeded": .length
    case "tool_use": .toolCalls
    case "refusal": .contentFilter
    default: .other
    }
  }
}
