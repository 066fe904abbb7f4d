/// The tables, from each family's published template. BOS and EOS are the file's own tokens.
extension ChatTemplate {
  /// `<|im_start|>role LF message <|im_end|> LF`: Qwen2, SmolLM2, and our own models.
  static var chatML: ChatTemplate {
    func turn(_ role: String) -> Turn {
      Turn(before: [.marker("<|im_start|>"), .text(role + "\n")], after: [.marker("<|im_end|>"), .text("\n")])
    }
    return ChatTemplate(
      family: .chatML, system: .ownTurn(turn("system")), user: turn("user"), assistant: turn("assistant"),
      answer: turn("assistant").before, leadingText: "", endsOfTurn: ["<|im_end|>", "<|endoftext|>"], trims: false)
  }

  /// `[INST] <<SYS>> LF system LF <</SYS>> LF LF message [/INST] answer EOS`, each exchange opened by BOS.
  static var llama2: ChatTemplate {
    ChatTemplate(
      family: .llama2, system: .insideFirstUserTurn(before: "<<SYS>>\n", after: "\n<</SYS>>\n\n"),
      user: Turn(before: [.beginOfSequence, .text("[INST] ")], after: [.text(" [/INST]")]),
      assistant: Turn(before: [.text(" ")], after: [.text(" "), .endOfSequence]),
      answer: [], leadingText: " ", endsOfTurn: [], trims: true)
  }

  /// `<|start_header_id|>role<|end_header_id|> LF LF message <|eot_id|>`
  static var llama3: ChatTemplate {
    func turn(_ role: String) -> Turn {
      Turn(
        before: [.marker("<|start_header_id|>"), .text(role), .marker("<|end_header_id|>"), .text("\n\n")],
        after: [.marker("<|eot_id|>")])
    }
    return ChatTemplate(
      family: .llama3, system: .ownTurn(turn("system")), user: turn("user"), assistant: turn("assistant"),
      answer: turn("assistant").before, leadingText: "", endsOfTurn: ["<|eot_id|>", "<|end_of_text|>"], trims: true)
  }

  /// `<|role|> LF message EOS LF`: Zephyr, TinyLlama.
  static var zephyr: ChatTemplate {
    func turn(_ marker: String) -> Turn {
      Turn(before: [.marker(marker), .text("\n")], after: [.endOfSequence, .text("\n")])
    }
    return ChatTemplate(
      family: .zephyr, system: .ownTurn(turn("<|system|>")), user: turn("<|user|>"), assistant: turn("<|assistant|>"),
      answer: turn("<|assistant|>").before, leadingText: "", endsOfTurn: [], trims: false)
  }

  /// `<start_of_turn>role LF message <end_of_turn> LF`; there is no system turn.
  static var gemma: ChatTemplate {
    func turn(_ role: String) -> Turn {
      Turn(before: [.marker("<start_of_turn>"), .text(role + "\n")], after: [.marker("<end_of_turn>"), .text("\n")])
    }
    return ChatTemplate(
      family: .gemma, system: .insideFirstUserTurn(before: "", after: "\n\n"), user: turn("user"),
      assistant: turn("model"), answer: turn("model").before, leadingText: "", endsOfTurn: ["<end_of_turn>"],
      trims: true)
  }

  /// `[INST] message [/INST] answer EOS`
  static var mistral: ChatTemplate {
    ChatTemplate(
      family: .mistral, system: .insideFirstUserTurn(before: "", after: "\n\n"),
      user: Turn(before: [.marker("[INST]"), .text(" ")], after: [.marker("[/INST]")]),
      assistant: Turn(before: [.text(" ")], after: [.endOfSequence]),
      answer: [], leadingText: " ", endsOfTurn: [], trims: true)
  }

  /// The messages as they are, a line break between them: for models that only continue text.
  static var plain: ChatTemplate {
    let line = Turn(before: [], after: [.text("\n")])
    return ChatTemplate(
      family: .plain, system: .ownTurn(line), user: Turn(before: [], after: []), assistant: line, answer: [],
      leadingText: "", endsOfTurn: [], trims: false)
  }
}
