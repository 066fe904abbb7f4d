/// An estimate of how hard a prompt is to answer, from five factors that can be explained to a person.
///
/// Not learned: each factor saturates at 1, and the complexity is their mean by the operator's weights. A head that was
/// trained on labelled prompts goes before it where there is one.
///
/// | factor | value |
/// |---|---|
/// | length | tokens of the prompt / 256 |
/// | reasoning | (words that ask for reasoning + questions beyond the first + (sentences - 3) / 4) / 3 |
/// | domain | 1 with code, else (terms of a trade + numbers / 2) / 4 |
/// | context | tokens of the conversation before the prompt / 1024, or list items of the prompt / 8, the larger |
/// | output | the most tokens that the request asks for / 1024; else words for long or many-part answers / 2 |
///
/// Word lists are English: prompts in other languages are judged by what needs no words.
package struct Complexity: Sendable, Equatable {
  package enum Factor: String, Sendable, CaseIterable {
    case length, reasoning, domain, context, output
  }

  /// What each factor counts for, 0 or more; only their ratios matter.
  package struct Weights: Sendable, Hashable {
    package var length: Double
    package var reasoning: Double
    package var domain: Double
    package var context: Double
    package var output: Double

    package init(
      length: Double = 0.3, reasoning: Double = 0.25, domain: Double = 0.15, context: Double = 0.15,
      output: Double = 0.15
    ) {
      self.length = length
      self.reasoning = reasoning
      self.domain = domain
      self.context = context
      self.output = output
    }

    package subscript(factor: Factor) -> Double {
      switch factor {
      case .length: length
      case .reasoning: reasoning
      case .domain: domain
      case .context: context
      case .output: output
      }
    }
  }

  /// What is known of a request besides its prompt's text.
  package struct Surroundings: Sendable, Hashable {
    /// Tokens of the prompt.
    package var tokens: Int
    /// Tokens of the conversation before it.
    package var contextTokens: Int
    /// Most tokens of the answer; nil where the request does not say.
    package var maxTokens: Int?

    package init(tokens: Int, contextTokens: Int = 0, maxTokens: Int? = nil) {
      self.tokens = tokens
      self.contextTokens = contextTokens
      self.maxTokens = maxTokens
    }
  }

  /// 0 (one short sentence) to 1.
  package let value: Double
  /// What each factor adds to `value`, in the order of `Factor`.
  package let shares: [Double]

  /// Estimates in one walk over the text; `terms` are words of the operator's trade, in small letters.
  package init(
    of text: String, _ surroundings: Surroundings, weights: Weights = Weights(), terms: Set<String> = []
  ) {
    let surface = ComplexityScan(text, terms: terms)
    func level(_ count: Int, of limit: Double) -> Double { min(max(Double(count) / limit, 0), 1) }
    let sum = Factor.allCases.reduce(0) { $0 + max(weights[$1], 0) }
    shares = Factor.allCases.map { factor in
      let level =
        switch factor {
        case .length: level(surroundings.tokens, of: 256)
        case .reasoning:
          level(
            4 * (surface.reasoningWords + max(surface.questions - 1, 0)) + max(surface.sentences - 3, 0), of: 12)
        case .domain: surface.hasCode ? 1 : level(2 * surface.domainTerms + surface.numbers, of: 8)
        case .context: max(level(surroundings.contextTokens, of: 1024), level(surface.listItems, of: 8))
        case .output: surroundings.maxTokens.map { level($0, of: 1024) } ?? level(surface.outputWords, of: 2)
        }
      return sum > 0 ? level * max(weights[factor], 0) / sum : 0
    }
    value = min(shares.reduce(0, +), 1)
  }
}
