package import WeirDomain

/// Shortens a conversation before it is sent to a remote model: white space, repeated paragraphs, then old turns.
///
/// A pure value. System messages, the last user turn, messages that look like data (JSON, XML), and those that are more
/// than a text (calls of tools and their results, which belong together, and images) are never touched, and what is left out leaves a marker. Only old turns lose content, at most the share that the operator states.
package struct PromptCompressor: Sendable, Hashable {
  /// Runs of blanks and blank lines, outside code, quotes and tables.
  package var whiteSpace: Bool
  /// Paragraphs that stand again, word for word, later in the conversation.
  package var repeats: Bool
  /// Turns that matter least for the last one; only while the conversation is over `maxTokens`.
  package var oldTurns: Bool
  /// The most tokens of a conversation; nil is no limit.
  package var maxTokens: Int?
  /// The largest share of the conversation's content words that old turns may lose, 0...1.
  package var maxLoss: Double

  package init(
    whiteSpace: Bool = true, repeats: Bool = false, oldTurns: Bool = false, maxTokens: Int? = nil, maxLoss: Double = 0.3
  ) {
    self.whiteSpace = whiteSpace
    self.repeats = repeats
    self.oldTurns = oldTurns
    self.maxTokens = maxTokens
    self.maxLoss = maxLoss
  }

  /// What a conversation became. Token counts are estimates, a token for four bytes.
  package struct Outcome: Sendable, Hashable {
    package var messages: [ChatMessage]
    package var tokensBefore: Int
    package var tokensAfter: Int
    /// Content words that were dropped, as a share of all.
    package var loss: Double

    package var savedTokens: Int { max(tokensBefore - tokensAfter, 0) }
  }

  /// The conversation cannot be brought under the limit.
  package struct Failure: Error, Sendable, Hashable {
    /// The fewest tokens that were reached, and those allowed.
    package var tokens: Int
    package var allowed: Int
    package var maxLoss: Double
    package var dropsOldTurns: Bool
  }

  /// Runs the steps in order.
  ///
  /// `relevance` gives the similarity of an old turn to the last one, 0...1 or so; it is asked only where turns have to
  /// go, once for each that may.
  package func compress(
    _ messages: [ChatMessage], relevance: (String) -> Double
  ) throws(Failure) -> Outcome {
    let before = Self.tokens(of: messages)
    let isOpen = Self.open(messages)
    var result = messages
    if whiteSpace {
      for index in result.indices where isOpen[index] { result[index].content = Prose.squeezed(result[index].content) }
    }
    if repeats { result = Self.withoutRepeats(result, isOpen) }
    var loss = 0.0
    if let maxTokens, Self.tokens(of: result) > maxTokens {
      guard oldTurns else {
        throw Failure(tokens: Self.tokens(of: result), allowed: maxTokens, maxLoss: maxLoss, dropsOldTurns: false)
      }
      (result, loss) = try fitted(result, isOpen, to: maxTokens, relevance)
    }
    return Outcome(
      messages: result, tokensBefore: before, tokensAfter: Self.tokens(of: result), loss: loss)
  }

  /// A token for each four bytes and four a message, as providers frame them.
  package static func tokens(of messages: [ChatMessage]) -> Int {
    messages.reduce(0) { sum, message in
      guard message.original != nil else { return sum + tokens(of: message.content) }
      let size = message.size
      return sum + (size.bytes + 3) / 4 + 4 + size.media * 1000
    }
  }

  static func tokens(of text: String) -> Int { (text.utf8.count + 3) / 4 + 4 }

  /// Which messages may be changed.
  static func open(_ messages: [ChatMessage]) -> [Bool] {
    let last = messages.lastIndex { $0.role == .user }
    return messages.indices.map { index in
      index != last && [.user, .assistant].contains(messages[index].role)
        && messages[index].original == nil && !isData(messages[index].content)
    }
  }

  /// JSON or XML from one end to the other: what a tool was asked or answered.
  private static func isData(_ text: String) -> Bool {
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    guard let first = text.utf8.first(where: { !blanks.contains($0) }),
      let last = text.utf8.last(where: { !blanks.contains($0) })
    else { return false }
    return [("{", "}"), ("[", "]"), ("<", ">")].contains { pair in
      pair.0.utf8.first == first && pair.1.utf8.first == last
    }
  }
}
