package import WeirDomain

/// What a model's tokens cost from one day on.
///
/// A list price of one dollar per million tokens is exactly 1 000 000 picodollars per token, so that every price
/// with up to six decimals is kept and multiplied without rounding.
package struct Price: Sendable, Hashable {
  package var validFrom: Timestamp
  /// For each prompt token.
  package var input: Money
  /// For each completion token.
  package var output: Money
  /// For each prompt token that the remote served from its own prompt cache; `input` where nil.
  package var cachedInput: Money?
  /// For each prompt token that the remote wrote into its prompt cache; `input` where nil.
  package var cacheWrite: Money?
  /// The same where it keeps them for an hour; `cacheWrite` where nil.
  package var longCacheWrite: Money?

  package init(
    validFrom: Timestamp, input: Money, output: Money, cachedInput: Money? = nil, cacheWrite: Money? = nil,
    longCacheWrite: Money? = nil
  ) {
    self.validFrom = validFrom
    self.input = input
    self.output = output
    self.cachedInput = cachedInput
    self.cacheWrite = cacheWrite
    self.longCacheWrite = longCacheWrite
  }

  /// What `usage` costs, exactly. Tokens read from or written to the remote's cache are among those of the prompt; more
  /// than there are count as all.
  package func cost(of usage: TokenUsage) -> Money {
    let read = min(usage.cachedPrompt, usage.prompt)
    let written = min(usage.cacheWrite, usage.prompt - read)
    let long = min(usage.longCacheWrite, written)
    let write = cacheWrite ?? input
    return input.times(usage.prompt - read - written) + (cachedInput ?? input).times(read)
      + write.times(written - long) + (longCacheWrite ?? write).times(long) + output.times(usage.completion)
  }
}
