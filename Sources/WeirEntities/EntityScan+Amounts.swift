/// Amounts of money: a sign or code in front, or a word, code or sign behind.
extension EntityScan {
  func amount(at index: Int) -> Find? {
    if let token = token(index), token.kind == .symbol, let currency = CurrencyNames.signs[token.text] {
      guard let number = decimal(at: index + 1) else { return nil }
      return Find(
        kind: .amount, tokens: index..<number.end,
        value: number.hundredths.map { .amount(minorUnits: $0, currency: currency) })
    }
    if let word = word(index) {
      // "USD 20", "US$20".
      if word == "us", isSymbol(index + 1, "$"), isGlued(index + 1), let number = decimal(at: index + 2) {
        return Find(
          kind: .amount, tokens: index..<number.end,
          value: number.hundredths.map { .amount(minorUnits: $0, currency: "USD") })
      }
      if let currency = CurrencyNames.codes[word], let number = decimal(at: index + 1) {
        return Find(
          kind: .amount, tokens: index..<number.end,
          value: number.hundredths.map { .amount(minorUnits: $0, currency: currency) })
      }
      guard let count = count(at: index), let unit = currencyUnit(at: count.end) else { return nil }
      let minor = Int64(count.value) * unit.minorUnits
      return Find(
        kind: .amount, tokens: index..<unit.end, value: .amount(minorUnits: minor, currency: unit.currency))
    }
    guard isNumber(index), !(isGlued(index) && token(index - 1)?.kind != .symbol), let number = decimal(at: index),
      let unit = currencyUnit(at: number.end)
    else { return nil }
    let value = number.hundredths.flatMap { hundredths -> EntityValue? in
      let (product, overflow) = hundredths.multipliedReportingOverflow(by: unit.minorUnits)
      return overflow ? nil : .amount(minorUnits: product / 100, currency: unit.currency)
    }
    return Find(kind: .amount, tokens: index..<unit.end, value: value)
  }

  /// A word, code or sign after a number; `minorUnits` is what one of it is worth.
  private func currencyUnit(at index: Int) -> (currency: String, minorUnits: Int64, end: Int)? {
    guard let token = token(index) else { return nil }
    if token.kind == .symbol {
      // The sign behind a number belongs to the number behind it: "5 $20 notes".
      guard let currency = CurrencyNames.signs[token.text], !(isNumber(index + 1) && isGlued(index + 1)) else {
        return nil
      }
      return (currency, 100, index + 1)
    }
    if let currency = CurrencyNames.words[token.text] ?? CurrencyNames.codes[token.text] {
      return (currency, 100, index + 1)
    }
    if ["us", "american", "canadian", "australian"].contains(token.text), let next = word(index + 1),
      ["dollar", "dollars"].contains(next)
    {
      let currency = token.text == "canadian" ? "CAD" : token.text == "australian" ? "AUD" : "USD"
      return (currency, 100, index + 2)
    }
    return CurrencyNames.cents[token.text].map { ($0, 1, index + 1) }
  }

  /// A number with thousands and decimals in either custom, in hundredths; nil hundredths where it is too large or
  /// finer than that.
  func decimal(at index: Int) -> (hundredths: Int64?, end: Int)? {
    guard let first = token(index), first.kind == .number else { return nil }
    var groups = [first.text]
    var marks: [String] = []
    var end = index + 1
    while groups.count < 6, let mark = token(end), mark.kind == .symbol, mark.isGlued,
      mark.text == "," || mark.text == ".",
      let next = token(end + 1), next.kind == .number, next.isGlued
    {
      marks.append(mark.text)
      groups.append(next.text)
      end += 2
    }
    var factor: Int64 = 100
    if let scale = token(end), scale.kind == .word, let power = CurrencyNames.scales[scale.text],
      scale.isGlued || power.isWord
    {
      factor *= power.factor
      end += 1
    }
    return (EntityScan.hundredths(groups, marks, factor: factor), end)
  }

  private static func hundredths(_ groups: [String], _ marks: [String], factor: Int64) -> Int64? {
    // The last mark parts decimals when one or two digits follow it; all others part thousands.
    let hasDecimals = marks.isEmpty ? false : (groups.last?.utf8.count ?? 0) < 3
    let whole = (hasDecimals ? groups.dropLast() : groups[...]).joined()
    guard
      marks.dropLast(hasDecimals ? 1 : 0).isEmpty
        || groups.dropFirst().dropLast(hasDecimals ? 1 : 0).allSatisfy({ $0.utf8.count == 3 }),
      whole.utf8.count <= 12, let units = Int64(whole)
    else { return nil }
    let decimals = hasDecimals ? (groups.last ?? "") : ""
    guard let part = Int64(decimals.isEmpty ? "0" : decimals.utf8.count == 1 ? decimals + "0" : decimals) else {
      return nil
    }
    let (product, overflow) = units.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product + part * (factor / 100)
  }
}

enum CurrencyNames {
  static let signs: [String: String] = [
    "$": "USD", "\u{20AC}": "EUR", "\u{A3}": "GBP", "\u{A5}": "JPY", "\u{20B9}": "INR", "\u{20BD}": "RUB",
    "\u{20A9}": "KRW", "\u{20BA}": "TRY", "\u{20B4}": "UAH", "\u{20AA}": "ILS",
  ]

  static let words: [String: String] = [
    "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD", "euro": "EUR", "euros": "EUR", "pound": "GBP",
    "pounds": "GBP", "quid": "GBP", "yen": "JPY", "rupee": "INR", "rupees": "INR", "franc": "CHF", "francs": "CHF",
    "yuan": "CNY", "pesos": "MXN", "peso": "MXN", "zloty": "PLN", "rubles": "RUB", "krona": "SEK", "kronor": "SEK",
  ]

  static let codes: [String: String] = [
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "jpy": "JPY", "cny": "CNY", "inr": "INR", "cad": "CAD",
    "aud": "AUD", "nzd": "NZD", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "czk": "CZK", "huf": "HUF",
    "mxn": "MXN", "brl": "BRL", "zar": "ZAR", "sgd": "SGD", "hkd": "HKD", "krw": "KRW", "aed": "AED",
  ]

  static let cents: [String: String] = ["cent": "USD", "cents": "USD", "pence": "GBP"]

  static let scales: [String: (factor: Int64, isWord: Bool)] = [
    "k": (1_000, false), "thousand": (1_000, true), "m": (1_000_000, false), "million": (1_000_000, true),
  ]
}
