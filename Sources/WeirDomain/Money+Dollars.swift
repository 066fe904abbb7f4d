extension Money {
  /// The amount of a text such as `0.002`, in dollars; nil unless it is decimal digits with at most twelve decimals, at
  /// most a million dollars.
  package static func dollars(_ text: String) -> Money? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard let whole = parts.first, (1...7).contains(whole.utf8.count), whole.utf8.allSatisfy(digits.contains) else {
      return nil
    }
    var decimals = parts.count == 2 ? String(parts[1]) : "0"
    guard (1...12).contains(decimals.utf8.count), decimals.utf8.allSatisfy(digits.contains) else { return nil }
    decimals += String(repeating: "0", count: 12 - decimals.utf8.count)
    guard let dollars = Int64(whole), dollars <= 1_000_000, let rest = Int64(decimals) else { return nil }
    return Money(picodollars: dollars * picodollarsPerDollar + rest)
  }
}
