internal import WeirDomain
package import WeirHTTP

/// A chat completion, whole or streamed.
package struct OpenAIReply: ProviderReply {
  package private(set) var hasEnded = false
  private var choices: [OpenAIChoice] = []
  private var pieces = 0
  private var model: String?
  private var usage = ReportedUsage()
  private var room: Int
  private let maximumBytes: Int

  private static let mostChoices = 128

  init(maximumBytes: Int) {
    self.maximumBytes = maximumBytes
    room = maximumBytes
  }

  package var content: ReplyContent {
    var content = ReplyContent(usage: usage)
    content.model = model
    content.pieces = pieces
    guard let first = choices.first else { return content }
    content.text = first.text
    content.message = first.message
    // A stream of several answers is whole when each of them is.
    content.finishReason = choices.allSatisfy { $0.finishReason != nil } ? first.finishReason : nil
    content.alternatives = choices.dropFirst().map {
      Completion.Alternative(text: $0.text, message: $0.message, finishReason: $0.finishReason ?? .other)
    }
    return content
  }

  package mutating func take(whole body: [UInt8]) throws(ReplyFailure) {
    let (value, text) = try read(body, isChunk: false)
    guard let found = value["choices"]?.array, !found.isEmpty, found[0]["message"]?.members != nil else {
      throw .malformed("no choices")
    }
    // Its choices are taken from the text, which has to be UTF-8 for that.
    guard let originals = text["choices"]?.elements, originals.count == found.count else {
      throw .malformed("no UTF-8")
    }
    for (index, (choice, original)) in zip(found, originals).enumerated() {
      try open(index)
      choices[index].take(whole: choice, original["message"])
      pieces += 1
      // Afterwards: what is more than allowed was written and is paid for.
      try spend(original.bytes.count)
    }
  }

  package mutating func take(_ event: ServerSentEvent) throws(ReplyFailure) -> [CompletionDelta] {
    if event.data == "[DONE]" {
      hasEnded = true
      return []
    }
    let (chunk, text) = try read(Array(event.data.utf8), isChunk: true)
    var deltas: [CompletionDelta] = []
    // A chunk without choices carries usage alone.
    for (position, choice) in (chunk["choices"]?.array ?? []).enumerated() {
      let index = choice["index"]?.count ?? position
      try open(index)
      if let reason = choice["finish_reason"]?.text { choices[index].finishReason = OpenAIChoice.reason(reason) }
      guard let delta = choice["delta"]?.members else { continue }
      if let new = OpenAIChoice.text(delta["content"]), !new.isEmpty {
        try spend(new.utf8.count)
        choices[index].text += new
        pieces += 1
        deltas.append(index == 0 ? .text(new) : .form(choice: index, .object([("content", JSONText(string: new))])))
      }
      guard delta.contains(where: { OpenAIChoice.isMore($0.key, $0.value) }),
        let original = text["choices"]?.elements?[position]["delta"]
      else { continue }
      try spend(original.bytes.count)
      if let form = choices[index].take(delta: original) {
        pieces += 1
        deltas.append(.form(choice: index, form))
      }
    }
    return deltas
  }

  /// Reads what whole answers and chunks share.
  private mutating func read(
    _ bytes: [UInt8], isChunk: Bool
  ) throws(ReplyFailure) -> (value: JSONValue, text: LazyJSONText) {
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch {
      throw .malformed("no JSON at byte \(error.offset) of \(bytes.count)")
    }
    guard case .object(let members) = value else { throw .malformed("not a JSON object") }
    if let error = members["error"], error != .null {
      let code = ProviderErrorCode(body: value)
      throw .error(code, status: code.code.flatMap { Int($0) })
    }
    if let name = value["model"]?.text, (1...256).contains(name.utf8.count) { model = name }
    let told = value["usage"]
    usage.take(.prompt, told?["prompt_tokens"]?.count)
    usage.take(.completion, told?["completion_tokens"]?.count)
    usage.take(.cacheRead, told?["prompt_tokens_details"]?["cached_tokens"]?.count)
    return (value, LazyJSONText(bytes: bytes))
  }

  private mutating func open(_ index: Int) throws(ReplyFailure) {
    guard index < Self.mostChoices else {
      throw .malformed("choice \(index) of at most \(Self.mostChoices)")
    }
    while choices.count <= index { choices.append(OpenAIChoice()) }
  }

  private mutating func spend(_ bytes: Int) throws(ReplyFailure) {
    room -= bytes
    guard room >= 0 else { throw .malformed("more than the \(maximumBytes) bytes allowed") }
  }
}

/// JSON whose text is looked at only where somebody asks for a member.
struct LazyJSONText {
  let bytes: [UInt8]

  subscript(name: String) -> JSONText? { JSONText(bytes)?[name] }
}
