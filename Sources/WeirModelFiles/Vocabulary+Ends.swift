/// What ends an answer, and how ids are cut to a window: the same for all generating tokenizers.
extension Vocabulary {
  /// The names under which published chat models end a turn or a text, for files that give only one of them as eos.
  private static let endNames = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "</s>"]

  /// End of text, end of turn, and the special tokens with a name that always means one of the two.
  func endIDs(in file: GGUFFile, _ specials: SpecialTokens) throws(ModelFileFailure) -> Set<Int32> {
    var ids: Set<Int32> = []
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"] {
      if let id = try id(key, in: file) { ids.insert(id) }
    }
    for name in Self.endNames {
      if let id = specials.exact(name) { ids.insert(id) }
    }
    return ids
  }
}

extension [Int32] {
  /// At most `window` ids, the last of which is `end` where there is one.
  func cut(to window: Int?, end: Int32?) -> [Int32] {
    let tail = end.map { [$0] } ?? []
    guard let window, count > window - tail.count else { return self + tail }
    return prefix(Swift.max(window - tail.count, 0)) + tail
  }
}
