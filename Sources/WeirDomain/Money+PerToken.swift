extension Money {
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
