internal import WeirDomain
internal import WeirModelFiles

/// Text to tokens.
struct TokenizerBenchmark {
  private static let words = """
    the order arrived late again and nobody answered my message please tell me where it is now because I paid twelve \
    euros for next-day delivery can you change the address on invoice 20418 or cancel it thanks we're still waiting \
    since Tuesday morning for a refund of €34.50 naïve customers don't usually complain about shipping internationally
    """
  private static let bytes = 64 << 10

  let now: () -> Int64

  func run(
    _ options: BenchmarkOptions, tokenizers: [(name: String, tokenizer: any Tokenizer)], progress: (String) -> Void
  ) -> [BenchmarkRow] {
    let text = Self.text()
    var times: [[Int64]] = Array(repeating: [], count: tokenizers.count)
    for round in 0...options.rounds {
      for (place, entry) in tokenizers.enumerated() {
        progress("tokenizer of the \(entry.name), round \(round)")
        let start = now()
        _ = entry.tokenizer.encode(text)
        let end = now()
        if round > 0 { times[place].append(end - start) }
      }
    }
    return zip(tokenizers, times).map { entry, times in
      BenchmarkRow(
        "tokenizers.\(entry.name)", times: BenchmarkTimes(times), items: text.utf8.count, unit: "bytes",
        bytes: text.utf8.count)
    }
  }

  /// Sentences of the words in a random order, the same each time.
  private static func text() -> String {
    let words = words.split(separator: " ").map(String.init)
    var random = SplitMix64(seed: 3)
    var (text, left) = ("", 0)
    while text.utf8.count < bytes {
      let word = words[random.nextIndex(words.count)]
      if left == 0 {
        left = 6 + random.nextIndex(12)
        text += (text.isEmpty ? "" : random.nextIndex(5) == 0 ? ".\n" : ". ") + word.capitalizedFirst
      } else {
        text += (random.nextIndex(12) == 0 ? ", " : " ") + word
      }
      left -= 1
    }
    return text
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
