import Testing

@testable import WeirProviders

@Suite("Tokens as families of tokenizers count them")
struct TokenFamilyTests {
  /// Texts with what real tokenizers found: o200k, cl100k, Claude 2's, and the mean of Mistral's tekken, Qwen's and
  /// DeepSeek's; made as Tools/Checks/tokens/fit.py reads them.
  static let counted: [(text: String, tokens: [Int])] = [
    (
      "Please cancel the order that I placed last Tuesday, and tell me when the money will be back in my account.",
      [23, 23, 23, 23]
    ),
    (
      "let total = rows.filter { $0.isOpen }.map(\\.amount).reduce(0, +)\nprint(\"sum: \\(total)\")\n",
      [29, 28, 33, 29]
    ),
    (
      #"{"id": 4711, "tags": ["new", "urgent"], "price": 19.99, "shipped": false}"#, [30, 30, 28, 33]
    ),
    (
      "Bitte stornieren Sie die Bestellung, die ich am Dienstag aufgegeben habe, und überweisen Sie das Geld zurück.",
      [24, 28, 31, 27]
    ), ("Пожалуйста, отмените заказ, который я сделал во вторник.", [15, 23, 29, 18]),
    ("请取消我星期二下的订单,并告诉我什么时候退款。", [15, 24, 23, 15]),
    ("火曜日に注文した商品をキャンセルしてください。", [11, 18, 22, 14]),
    ("Veuillez annuler la commande passée mardi dernier, s'il vous plaît.", [14, 18, 22, 19]),
  ]

  @Test func `counts come near those of real tokenizers`() {
    for (place, family) in TokenFamily.allCases.enumerated() {
      var sum = (counted: 0, real: 0)
      for (text, tokens) in Self.counted {
        let found = family.tokens(in: text)
        // Everyday Chinese and Japanese have fewer tokens than what was fitted.
        #expect(
          abs(Double(found) / Double(tokens[place]) - 1) < 0.8, "\(family): \(found), \(tokens[place]) in \(text)")
        sum.counted += found
        sum.real += tokens[place]
      }
      #expect(abs(Double(sum.counted) / Double(sum.real) - 1) < 0.12, "\(family): \(sum)")
    }
  }

  @Test func `a longer text never has fewer tokens, and only the empty one has none`() {
    for family in TokenFamily.allCases {
      #expect(family.tokens(in: "") == 0)
      for (text, _) in Self.counted {
        var last = 0
        for end in text.indices {
          let found = family.tokens(in: String(text[...end]))
          #expect(found >= last && found >= 1)
          last = found
        }
      }
      #expect(family.tokens(in: String(repeating: "🙂", count: 1000)) > 500)
    }
  }

  @Test(arguments: [
    ("gpt-4o-mini", TokenFamily.o200k), ("gpt-5", .o200k), ("o3-mini", .o200k), ("gpt-4.1-nano", .o200k),
    ("openai/gpt-4o", .o200k), ("gpt-4-turbo", .cl100k), ("gpt-3.5-turbo", .cl100k), ("claude-sonnet-4-5", .claude),
    ("us.anthropic.claude-3-haiku", .claude), ("Llama-3.3-70B", .open), ("mistral-large", .open), ("qwen3", .open),
  ])
  func `a model's name tells its family`(model: String, family: TokenFamily) {
    #expect(TokenFamily(model: model) == family)
  }
}
