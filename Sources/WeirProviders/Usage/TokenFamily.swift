/// Tokenizers that count alike: which one a model has, as far as its name tells.
package enum TokenFamily: String, Sendable, Hashable, CaseIterable {
  /// GPT-4o and what came after it.
  case o200k
  /// GPT-4 and GPT-3.5.
  case cl100k
  /// Claude. The vocabulary that was fitted is Claude 2's, the last one published; newer models count more.
  case claude
  /// Open models with vocabularies of 100 000 and more: Llama 3, Mistral, Qwen, DeepSeek.
  case open

  package init(model: String) {
    let name = model.lowercased()
    func isNamed(_ beginnings: String...) -> Bool {
      beginnings.contains { name.hasPrefix($0) || name.contains("/" + $0) }
    }
    self =
      if isNamed("claude", "anthropic.claude") || name.contains("claude-") {
        .claude
      } else if isNamed("gpt-4o", "gpt-4.1", "gpt-4.5", "chatgpt-4o") {
        .o200k
      } else if isNamed("gpt-4", "gpt-3.5") {
        .cl100k
      } else if isNamed("gpt-", "o1", "o3", "o4") {
        .o200k
      } else {
        .open
      }
  }

  /// What each thing that `TokenCounter` counts is worth, in 256ths of a token, in the order of `TokenCounter.Feature`.
  ///
  /// Fitted by Tools/Checks/tokens/fit.py to the relative error on half of 2802 texts of 200 to 2000 characters (English
  /// prose, Vim's tutors and messages in 30 languages, Python, JSON). On the other half, mean error and that of the sum,
  /// and for a token in four bytes: o200k 8.9 %, -3.2 % (16.2 %, -7.0 %); cl100k 9.5 %, -3.4 % (19.9 %, -16.0 %);
  /// Claude 2 9.5 %, -3.6 % (20.6 %, -19.4 %); open, by Mistral's, Qwen's and DeepSeek's vocabularies, 9.6 to 10.9 %,
  /// -6.4 to -0.1 %. On English prose alone 5.6 to 6.6 %; the worst twentieth is wrong by 27 to 31 %.
  var weights: [Int] {
    switch self {
    case .o200k: [256, 50, 0, 584, 511, 69, 483, 135, 129, 95, 228, 196, 196, 375]
    case .cl100k: [256, 46, 0, 539, 512, 84, 476, 106, 385, 154, 305, 276, 302, 551]
    case .claude: [272, 42, 0, 530, 490, 93, 295, 197, 580, 171, 262, 275, 346, 370]
    case .open: [262, 45, 0, 586, 603, 95, 504, 87, 211, 114, 233, 186, 220, 242]
    }
  }

  /// About as many tokens as the family's tokenizer would find; none only in the empty text.
  package func tokens(in text: String) -> Int {
    text.isEmpty ? 0 : max(1, TokenCounter(text).tokens(weights))
  }
}
