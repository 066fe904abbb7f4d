package import WeirDomain

/// What was read of a reply, whoever sent it.
package struct ReplyContent: Sendable, Hashable {
  /// The first choice's text.
  package var text = ""
  /// How many pieces brought something that was passed on; about one token each.
  package var pieces = 0
  package var finishReason: Completion.FinishReason?
  /// The connection broke after the finish reason, before what comes after it: usage may have been told in part only.
  package var isCut = false
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
    let written = max(pieces, writtenTokens(TokenFamily(model: request.settings.model)))
    var result = usage.usage(prompt: request.promptTokens, completion: written)
    if finishReason == nil || isCut, pieces > 0, result.completion < written {
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

  private func writtenTokens(_ family: TokenFamily) -> Int {
    let messages = [(text, message)] + alternatives.map { ($0.text, $0.message) }
    return messages.reduce(0) { sum, each in
      let (text, message) = each
      guard let message else { return sum + family.tokens(in: text) }
      // Beside its text what the message has more: names and arguments of calls, thoughts.
      let rest = message.withoutMembers(["role", "content", "content_blocks"])
      return sum + family.tokens(in: text) + (rest.map { family.tokens(in: $0.text) } ?? 0)
    }
  }
}

extension CompletionRequest {
  /// Tokens of the conversation as the model's family counts: three for the answer's frame and four around each message.
  package var promptTokens: Int {
    let family = TokenFamily(model: settings.model)
    let tools = settings.extra["tools"].map { family.tokens(in: $0.text) } ?? 0
    return messages.reduce(3 + tools) { $0 + $1.tokens(family) }
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

  /// The message's frame of four included.
  func tokens(_ family: TokenFamily) -> Int {
    guard original != nil else { return 4 + family.tokens(in: content) }
    let size = size
    return 4 + family.tokens(in: content) + TokenEstimate.tokens(bytes: max(0, size.bytes - content.utf8.count))
      + size.media * Self.mediaTokens
  }

  /// A token for four bytes: where only the size matters.
  var roughTokens: Int {
    let size = size
    return 4 + TokenEstimate.tokens(bytes: size.bytes) + size.media * Self.mediaTokens
  }
}
