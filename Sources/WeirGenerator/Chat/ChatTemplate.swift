package import WeirDomain

/// The way one family of models marks whose turn it is, as data.
///
/// A turn is `before`, the message, `after`. A marker is looked up in the vocabulary as one token; where the vocabulary
/// does not have it, it is plain text. Messages are only ever plain text, so a message cannot forge a turn.
package struct ChatTemplate: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    /// A control token by its text.
    case marker(String)
    case text(String)
    case beginOfSequence
    case endOfSequence
  }

  package struct Turn: Sendable, Equatable {
    package var before: [Piece]
    package var after: [Piece]
  }

  /// Where the system message goes.
  package enum SystemPlacement: Sendable, Equatable {
    case ownTurn(Turn)
    /// In front of the first user message, between these texts.
    case insideFirstUserTurn(before: String, after: String)
  }

  package var family: ChatTemplateFamily
  package var system: SystemPlacement
  package var user: Turn
  package var assistant: Turn
  /// What follows the last message, so that the model answers.
  package var answer: [Piece]
  /// Text that a trained model puts in front of its answer itself; not part of the answer.
  package var leadingText: String
  /// Tokens that end an answer beside the file's end-of-sequence token.
  package var endsOfTurn: [String]
  /// True where the family trims white space around messages.
  package var trims: Bool
}

extension ChatTemplate {
  /// A run of a rendered prompt.
  package enum Segment: Sendable, Equatable {
    case marker(String)
    case text(String)
    case beginOfSequence
    case endOfSequence
  }

  /// The conversation as markers and plain text, neighbouring texts joined, ready for the tokenizer.
  ///
  /// Several system messages become one, joined by an empty line. A prompt that ends with an assistant message is
  /// continued: its turn is left open.
  package func render(_ messages: [ChatMessage]) -> [Segment] {
    var segments: [Segment] = []
    func add(_ pieces: [Piece]) {
      for piece in pieces {
        switch piece {
        case .marker(let name): segments.append(.marker(name))
        case .text(let text): add(text: text)
        case .beginOfSequence: segments.append(.beginOfSequence)
        case .endOfSequence: segments.append(.endOfSequence)
        }
      }
    }
    func add(text: String) {
      guard !text.isEmpty else { return }
      if case .text(let earlier) = segments.last {
        segments[segments.count - 1] = .text(earlier + text)
      } else {
        segments.append(.text(text))
      }
    }

    let systemText = messages.filter { $0.role == .system }.map { content(of: $0) }.joined(separator: "\n\n")
    let turns = messages.filter { $0.role != .system }
    var userPrefix = ""
    if !systemText.isEmpty {
      switch system {
      case .ownTurn(let turn):
        add(turn.before)
        add(text: systemText)
        add(turn.after)
      case .insideFirstUserTurn(let before, let after):
        userPrefix = before + systemText + after
      }
    }
    if turns.isEmpty, !userPrefix.isEmpty {
      add(user.before)
      add(text: userPrefix)
      add(user.after)
    }
    for (index, message) in turns.enumerated() {
      let turn = message.role == .user ? user : assistant
      add(turn.before)
      if message.role == .user {
        add(text: userPrefix)
        userPrefix = ""
      }
      add(text: content(of: message))
      if message.role == .assistant, index == turns.count - 1 { return segments }
      add(turn.after)
    }
    add(answer)
    return segments
  }

  private func content(of message: ChatMessage) -> String {
    guard trims else { return message.content }
    var text = message.content[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
