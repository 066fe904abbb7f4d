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

  /// The price per token of a text such as `2.50`, in dollars per million tokens; nil unless it is decimal digits
  /// with at most six decimals, below a million dollars.
  package static func perToken(dollarsPerMillion text: String) -> Money? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let whole = parts.first, (1...6).contains(whole.utf8.count), whole.utf8.allSatisfy(digits.contains) else {
      return nil
    }
    var decimals = parts.count == 2 ? String(parts[1]) : "0"
    guard (1...6).contains(decimals.utf8.count), decimals.utf8.allSatisfy(digits.contains) else { return nil }
    decimals += String(repeating: "0", count: 6 - decimals.utf8.count)
    guard let dollars = Int64(whole), let millionths = Int64(decimals) else { return nil }
    return Money(picodollars: dollars * 1_000_000 + millionths)
  }
}
