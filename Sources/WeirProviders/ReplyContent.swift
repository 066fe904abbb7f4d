package import WeirDomain

/// What was read of a reply, whoever sent it.
package struct ReplyContent: Sendable, Hashable {
  /// The first choice's text.
  package var text = ""
  /// How many pieces brought something that was passed on; about one token each.
  package var pieces = 0
  package var finishReason: Completion.FinishReason?
  /// As the provider reported it.
  package var model: String?
  package var usage = ReportedUsage()
  /// The first choice's message in OpenAI's form where it is more than a text.
  package var message: JSONText?
  /// The choices after the first one, where several were asked for.
  package var alternatives: [Completion.Alternative] = []

  package init(usage: ReportedUsage = ReportedUsage()) {
    self.usage = usage
  }

  /// As reported; what is missing is counted from the texts. Counts that came before an answer's end are of its
  /// beginning: then the larger of both is taken.
  package func usage(for request: CompletionRequest) -> TokenUsage {
    let written = max(pieces, writtenTokens)
    var result = usage.usage(prompt: request.promptTokens, completion: written)
    if finishReason == nil, pieces > 0, result.completion < written {
      result.completion = written
      result.isEstimated = true
    }
    return result
  }

  /// The whole reply as the deltas that a stream would have brought.
  var deltas: [CompletionDelta] {
    var deltas: [CompletionDelta] = text.isEmpty ? [] : [.text(text)]
    if let message, let rest = message.withoutMembers(["role", "content"]) {
      deltas.append(.form(choice: 0, rest))
    }
    for (index, other) in alternatives.enumerated() {
      deltas.append(.form(choice: index + 1, other.message ?? .object([("content", JSONText(string: other.text))])))
    }
    return deltas
  }

  private var writtenTokens: Int {
    let messages = ([(text, message)] + alternatives.map { ($0.text, $0.message) }).map { text, message in
      message.map { TokenEstimate.tokens(in: $0.text) } ?? TokenEstimate.tokens(in: text)
    }
    return messages.reduce(0, +)
  }
}

extension CompletionRequest {
  /// Tokens of the conversation as counted here: three for the answer's frame and four around each message.
  package var promptTokens: Int {
    messages.reduce(3 + (settings.extra["tools"].map { TokenEstimate.tokens(bytes: $0.bytes.count) } ?? 0)) {
      $0 + $1.tokens
    }
  }

  /// What only some providers can be given.
  package var needs: Set<RequestNeed> {
    messages.reduce(into: settings.needs) { needs, message in
      if message.original != nil || message.role == .tool { needs.formUnion(message.needs) }
    }
  }
}

extension ChatMessage {
  /// What an image or a sound takes, which nobody knows who does not decode it: of a photograph's size.
  private static let mediaTokens = 1000

  /// Tokens as counted here, the message's frame of four included.
  var tokens: Int {
    guard original != nil else { return 4 + TokenEstimate.tokens(in: content) }
    let size = size
    return 4 + TokenEstimate.tokens(bytes: size.bytes) + size.media * Self.mediaTokens
  }
}
