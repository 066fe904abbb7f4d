/// How many of something: a number before what it counts, or behind a word that takes one.
extension EntityScan {
  func quantity(at index: Int) -> Find? {
    if isGlued(index), let before = token(index - 1),
      before.kind != .symbol || ["$", "#", ".", ",", "/", "-", ":", "@", "+"].contains(before.text)
    {
      return nil
    }
    guard let number = count(at: index), number.value <= 1_000_000 else { return nil }
    func find(_ unit: String?) -> Find {
      Find(kind: .quantity, tokens: index..<number.end, value: .count(number.value, unit: unit))
    }
    if isSymbol(number.end, "%") { return find("percent") }
    if let unit = word(number.end) {
      if QuantityWords.units.contains(unit) { return find(unit) }
      // "four out of six", "2 of 6".
      let isOfScale = unit == "of" && count(at: number.end + 1) != nil
      if isOfScale || unit == "out" && word(number.end + 1) == "of" { return find(nil) }
      // "two large pizzas": a plural within two words; "one" alone is a pronoun more often.
      if number.value != 1 || isNumber(index) {
        for place in number.end..<number.end + 2 {
          guard let word = word(place), !RecordWords.followers.contains(word), !RecordWords.links.contains(word) else {
            break
          }
          if word.utf8.count >= 4, word.hasSuffix("s"), !word.hasSuffix("ss"), !word.hasSuffix("us"),
            !word.hasSuffix("is"), !word.contains("'")
          {
            return find(word)
          }
        }
      }
    }
    return isBehindCue(index) ? find(nil) : nil
  }

  /// "a table for six", "party of 4", "rate it 3", "a rating of 2", "out of 6", "give it four".
  private func isBehindCue(_ index: Int) -> Bool {
    guard let link = word(index - 1) else { return false }
    if link == "of", let noun = word(index - 2) { return QuantityWords.measures.contains(noun) || noun == "out" }
    if link == "for" || link == "seat" { return hasCue(before: index, within: 8, in: QuantityWords.bookings) }
    if QuantityWords.directs.contains(link) { return true }
    return hasCue(before: index, within: 8, in: QuantityWords.ratings)
  }
}

enum QuantityWords {
  static let units: Set<String> = [
    "people", "persons", "person", "guests", "guest", "adults", "children", "kids", "friends", "seats", "tickets",
    "items", "item",
    "pieces", "piece", "copies", "copy", "units", "unit", "pairs", "pair", "boxes", "box", "bottles", "packs", "pack",
    "sets", "times",
    "star", "stars", "point", "points", "percent", "kg", "kilos", "grams", "pounds", "miles", "km", "liters", "meters",
    "feet", "inches", "rooms", "percentage",
    "products", "articles", "orders", "invoices",
  ]
  static let measures: Set<String> = [
    "party", "group", "rating", "score", "value", "total", "quantity", "table", "number", "stars", "points",
  ]
  static let bookings: Set<String> = [
    "table", "reservation", "reservations", "book", "booking", "reserve", "seat", "seats", "spot", "party",
    "restaurant", "room", "seating", "tickets",
  ]
  static let directs: Set<String> = ["quantity", "qty", "rating", "rated"]
  static let ratings: Set<String> = ["rate", "rating", "rated", "score", "stars", "points"]
}
