import WeirDomain

/// Reads dollars a million tokens into whole picodollars a token, without a floating number on the way.
enum DollarAmount {
  /// `"0.15"` is 150 000 picodollars a token; nil for anything but plain digits with at most six decimals.
  static func perToken(fromDollarsPerMillion text: String) -> Money? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, isDigits(whole), whole.utf8.count <= 6 else { return nil }
    let decimals = parts.count == 2 ? parts[1] : "0"
    guard isDigits(decimals), decimals.utf8.count <= 6 else { return nil }
    let padded = decimals + String(repeating: "0", count: 6 - decimals.utf8.count)
    guard let dollars = Int64(whole), let millionths = Int64(padded) else { return nil }
    return Money(picodollars: dollars * 1_000_000 + millionths)
  }

  private static func isDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
