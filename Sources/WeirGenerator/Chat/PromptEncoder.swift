package import WeirDomain
package import WeirModelFiles

/// Turns a conversation into token ids by a chat template.
///
/// Markers become control tokens by looking them up; every text, the template's own and the messages', is encoded with
/// special tokens switched off. So `<|im_end|>` in a message stays nine characters and ends nobody's turn.
package struct PromptEncoder: Sendable {
  private let tokenizer: any Tokenizer
  private let template: ChatTemplate
  /// What the vocabulary puts in front of every text: its beginning-of-sequence token, or nothing.
  private let opening: [Int32]

  package init(tokenizer: any Tokenizer, template: ChatTemplate) {
    self.tokenizer = tokenizer
    self.template = template
    let boundary = tokenizer.encode("", options: EncodingOptions(addsBoundaryTokens: true))
    opening = boundary.first.flatMap { $0 == tokenizer.beginID ? [$0] : nil } ?? []
  }

  /// What the model writes in front of its answer without its being part of it.
  package var leadingText: String { template.leadingText }

  /// Tokens that end an answer.
  package var endIDs: Set<Int32> {
    tokenizer.endIDs.union(template.endsOfTurn.compactMap { tokenizer.id(ofToken: $0) })
  }

  /// The ids of the whole conversation, as far as the answer's start.
  package func encode(_ messages: [ChatMessage]) -> [Int32] {
    var ids = opening
    var text = ""
    func flush() {
      if text.isEmpty { return }
      let options = EncodingOptions(parsesSpecialTokens: false, addsBoundaryTokens: false)
      ids += tokenizer.encode(text, options: options)
      text = ""
    }
    for segment in template.render(messages) {
      switch segment {
      case .text(let piece): text += piece
      case .marker(let name):
        if let id = tokenizer.id(ofToken: name) {
          flush()
          ids.append(id)
        } else {
          text += name
        }
      case .beginOfSequence:
        flush()
        // The opening stands for the first one.
        if let id = tokenizer.beginID, !(ids == opening && ids.last == id) { ids.append(id) }
      case .endOfSequence:
        flush()
        if let id = tokenizer.endID { ids.append(id) }
      }
    }
    flush()
    return ids
  }

  /// The ids of the conversation, at most `allowed` of them, or what the policy says for longer ones.
  package func encode(
    _ messages: [ChatMessage], allowed: Int, overlength: GenerationOptions.Overlength
  ) throws(GeneratorFailure) -> [Int32] {
    guard !messages.isEmpty else { throw .emptyPrompt }
    let ids = encode(messages)
    if ids.isEmpty { throw .emptyPrompt }
    if ids.count <= allowed { return ids }
    switch overlength {
    case .refuse: throw .promptTooLong(found: ids.count, allowed: allowed)
    case .dropOldestTurns:
      var kept = messages
      while let oldest = kept.dropLast().firstIndex(where: { $0.role != .system }) {
        kept.remove(at: oldest)
        // An answer without its question says nothing.
        while oldest < kept.count - 1, kept[oldest].role == .assistant { kept.remove(at: oldest) }
        let shorter = encode(kept)
        if shorter.count <= allowed { return shorter }
      }
      throw .promptTooLong(found: encode(kept).count, allowed: allowed)
    case .keepEnd:
      let front = ids.starts(with: opening) && opening.count < allowed ? opening : []
      return front + ids.suffix(allowed - front.count)
    }
  }
}
