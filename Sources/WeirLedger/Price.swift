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

  package init(validFrom: Timestamp, input: Money, output: Money, cachedInput: Money? = nil) {
    self.validFrom = validFrom
    self.input = input
    self.output = output
    self.cachedInput = cachedInput
  }
}
