/// Countries and states by their names, and cities by the words around them.
extension EntityScan {
  func place(at index: Int) -> Find? {
    guard token(index)?.kind == .word, !isGlued(index) || token(index - 1)?.kind == .symbol else { return nil }
    return country(at: index) ?? region(at: index) ?? city(at: index)
  }

  /// The longest name in the table that begins here, up to five words.
  private func listed(at index: Int, in names: Set<String>) -> Int? {
    var name = ""
    var longest: Int?
    for place in index..<min(index + 5, tokens.count) {
      guard let word = word(place) else { break }
      name += name.isEmpty ? word : " " + word
      if names.contains(name) { longest = place + 1 }
    }
    return longest
  }

  private func country(at index: Int) -> Find? {
    // "u.s." and "u.k." as well as names.
    if let first = word(index), first == "u", isSymbol(index + 1, "."), let second = word(index + 2),
      second == "s" || second == "k", isGlued(index + 2)
    {
      let end = isSymbol(index + 3, ".") && isGlued(index + 3) ? index + 4 : index + 3
      return Find(kind: .country, tokens: index..<end, value: .name(second == "s" ? "united states" : "united kingdom"))
    }
    guard let end = listed(at: index, in: PlaceNames.countries) else { return nil }
    let name = tokens[index..<end].map(\.text).joined(separator: " ")
    // "us", "turkey" and the like are words, too.
    if PlaceNames.ambiguous.contains(name), !isCapitalized(index) { return nil }
    if name == "us", !isPlaceLink(index - 1) { return nil }
    // "Georgia" and "Jordan" are names of people, too: they count as places behind a preposition.
    if PlaceNames.alsoPeople.contains(name), !isPlaceLink(index - 1), !isSymbol(index - 1, ",") { return nil }
    return Find(kind: .country, tokens: index..<end, value: .name(PlaceNames.formal[name] ?? name))
  }

  private func region(at index: Int) -> Find? {
    if let end = listed(at: index, in: PlaceNames.states) {
      if PlaceNames.alsoPeople.contains(word(index) ?? ""), end == index + 1, !isPlaceLink(index - 1) { return nil }
      return Find(kind: .region, tokens: index..<end, value: nil)
    }
    // "in MT", "Durbin, OH": two capitals behind a preposition or a city.
    guard let code = word(index), PlaceNames.stateCodes.contains(code), isCapitalized(index),
      isPlaceLink(index - 1) || isCapitalized(index - 1) || isSymbol(index - 1, ",")
    else { return nil }
    if PlaceNames.wordCodes.contains(code), !isSymbol(index - 1, ","), token(index + 1)?.kind == .word { return nil }
    return Find(kind: .region, tokens: index..<index + 1, value: nil)
  }

  private func city(at index: Int) -> Find? {
    if let end = listed(at: index, in: PlaceNames.cities),
      isCapitalized(index) || isPlaceLink(index - 1) || word(index - 1) == "to" || word(index - 1) == "from"
    {
      return Find(kind: .city, tokens: index..<end, value: nil)
    }
    guard isCapitalized(index), let link = word(index - 1) else { return nil }
    var end = index
    while end - index < 3, isCapitalized(end), let word = word(end), !PlaceNames.noCities.contains(word),
      DateNames.months[word] == nil,
      !DateNames.weekdays.contains(word),
      end == index
        || listed(at: end, in: PlaceNames.countries) == nil && listed(at: end, in: PlaceNames.states) == nil
          && !PlaceNames.stateCodes.contains(word)
    {
      end += 1
    }
    guard end > index else { return nil }
    let isSent = ["to", "from", "in"].contains(link) && hasCue(before: index - 1, within: 6, in: PlaceNames.deliveries)
    let isThere = ["in", "near", "around"].contains(link)
    let next = isSymbol(end, ",") ? end + 1 : end
    let isBefore = ["for", "at", "to", "from", "in", "of", "near"].contains(link) && isRegionOrCountry(next)
    return isSent || isThere || isBefore ? Find(kind: .city, tokens: index..<end, value: nil) : nil
  }

  private func isRegionOrCountry(_ index: Int) -> Bool {
    listed(at: index, in: PlaceNames.countries) != nil || listed(at: index, in: PlaceNames.states) != nil
      || isCapitalized(index) && PlaceNames.stateCodes.contains(word(index) ?? "")
  }

  private func isPlaceLink(_ index: Int) -> Bool {
    guard let word = word(index) else { return false }
    if word == "the" { return isPlaceLink(index - 1) }
    return ["in", "to", "from", "for", "of", "near", "within", "across", "at", "around", "inside", "outside"].contains(
      word)
  }
}
