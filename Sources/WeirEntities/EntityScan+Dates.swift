/// Calendar dates that are written out: ISO, numeric, and with the name of a month.
extension EntityScan {
  func absoluteDate(at index: Int) -> Find? {
    numericDate(at: index) ?? monthDate(at: index) ?? year(at: index)
  }

  /// `2026-03-01`, `3/14/2026`, `14.03.2026`, `3/14`.
  private func numericDate(at index: Int) -> Find? {
    guard let first = integer(index), !(isGlued(index) && token(index - 1)?.kind != .symbol) else { return nil }
    guard let mark = token(index + 1), mark.kind == .symbol, mark.isGlued, ["-", "/", "."].contains(mark.text),
      let second = integer(index + 2), isGlued(index + 2), (1...31).contains(second)
    else { return nil }
    if isGlued(index), let before = token(index - 1), ["$", "#", "-", "/", ".", "+"].contains(before.text) {
      return nil
    }
    if isSymbol(index + 3, mark.text), isGlued(index + 3), isGlued(index + 4), let third = integer(index + 4) {
      guard !isGlued(index + 5) || !isNumber(index + 6) || !isGlued(index + 6) else { return nil }
      guard
        let value = DateNames.day(first, second, third, mark: mark.text, yearDigits: (width(index), width(index + 4)))
      else { return nil }
      return Find(kind: .date, tokens: index..<index + 5, value: value)
    }
    // "3/14" without a year is a date only where a slash parts two numbers that can be one.
    guard mark.text == "/", (1...31).contains(first), first <= 12 || second <= 12,
      hasCue(before: index, within: 2, in: DateNames.cues), !(isGlued(index + 3) && token(index + 3)?.kind != .symbol)
    else { return nil }
    return Find(kind: .date, tokens: index..<index + 3, value: nil)
  }

  private func width(_ index: Int) -> Int { token(index)?.text.utf8.count ?? 0 }

  /// "march 3rd, 2026", "the 3rd of march", "3 mar", "march 2026", "in march".
  private func monthDate(at index: Int) -> Find? {
    if let month = month(at: index) {
      var (end, day, year) = (month.end, Int?.none, Int?.none)
      let dayStart = word(end) == "the" ? end + 1 : end
      if let found = dayOfMonth(at: dayStart) { (day, end) = (found.day, found.end) }
      if let found = yearNumber(at: isSymbol(end, ",") ? end + 1 : end) {
        (year, end) = (found, isSymbol(end, ",") ? end + 2 : end + 1)
      }
      // "may" and "march" are verbs, too, and "sun" is a star.
      guard
        day != nil || year != nil || month.isSure && hasCue(before: index, within: 2, in: DateNames.cues)
          || month.isSure && !month.isShort
      else { return nil }
      return Find(kind: .date, tokens: index..<end, value: DateNames.value(year, month.number, day))
    }
    guard let day = dayOfMonth(at: index), !(isGlued(index) && token(index - 1)?.kind != .symbol) else { return nil }
    let monthStart = word(day.end) == "of" ? day.end + 1 : day.end
    guard let month = month(at: monthStart) else {
      // "on the 3rd".
      let isNamed =
        day.isOrdinal && isNumber(index) && word(index - 1) == "the" && DateNames.cues.contains(word(index - 2) ?? "")
      return isNamed && token(day.end)?.kind != .word ? Find(kind: .date, tokens: index - 1..<day.end, value: nil) : nil
    }
    var (end, year) = (month.end, Int?.none)
    let yearStart = isSymbol(end, ",") ? end + 1 : end
    if let found = yearNumber(at: yearStart) { (year, end) = (found, yearStart + 1) }
    return Find(kind: .date, tokens: index..<end, value: DateNames.value(year, month.number, day.day))
  }

  /// `isSure` where the word is nothing but a month.
  private func month(at index: Int) -> (number: Int, end: Int, isSure: Bool, isShort: Bool)? {
    guard let word = word(index), let number = DateNames.months[word] else { return nil }
    let isShort = word.utf8.count <= 4 && !["june", "july"].contains(word)
    let end = isShort && isSymbol(index + 1, ".") && isGlued(index + 1) ? index + 2 : index + 1
    return (number, end, !["may", "march", "mar", "dec", "sun"].contains(word), isShort)
  }

  private func dayOfMonth(at index: Int) -> (day: Int, end: Int, isOrdinal: Bool)? {
    if let number = integer(index), (1...31).contains(number), width(index) <= 2 {
      if let suffix = word(index + 1), isGlued(index + 1) {
        return ["st", "nd", "rd", "th"].contains(suffix) ? (number, index + 2, true) : nil
      }
      if isSymbol(index + 1, ":"), isGlued(index + 1) { return nil }
      return (number, index + 1, false)
    }
    guard let word = word(index) else { return nil }
    if let number = NumberNames.ordinals[word] { return (number, index + 1, true) }
    if word == "twenty" || word == "thirty", let number = self.word(index + 1).flatMap({ NumberNames.ordinals[$0] }),
      number < 10
    {
      return ((word == "twenty" ? 20 : 30) + number, index + 2, true)
    }
    return nil
  }

  private func yearNumber(at index: Int) -> Int? {
    guard width(index) == 4, let year = integer(index), (1600..<2200).contains(year),
      !(isGlued(index + 1) && token(index + 1)?.kind == .word)
    else { return nil }
    return year
  }

  /// "in 1999", "since 2020": a year behind a word that takes one.
  private func year(at index: Int) -> Find? {
    guard yearNumber(at: index) != nil, !isGlued(index) || token(index - 1)?.kind == .symbol, !isSymbol(index - 1, "#"),
      !(isGlued(index + 1) && isNumber(index + 2) && isGlued(index + 2)),
      hasCue(before: index, within: 1, in: ["in", "since", "year", "during", "until", "till", "before", "after"])
    else { return nil }
    return Find(kind: .date, tokens: index..<index + 1, value: nil)
  }
}

/// Names of months and days, and what makes a date valid.
enum DateNames {
  static let months: [String: Int] = [
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7,
    "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
  ]

  static let weekdays: Set<String> = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mondays", "tuesdays", "wednesdays",
    "thursdays", "fridays", "saturdays", "sundays",
  ]

  /// Words in front of a date.
  static let cues: Set<String> = [
    "on", "in", "by", "until", "till", "since", "from", "before", "after", "for", "of", "date", "dated", "due",
    "between",
    "to", "next", "last", "this",
  ]

  /// The day of three numbers where the order they stand in is certain; nil where they are no date at all.
  ///
  /// The inner optional: a date whose order is not certain, such as 3/4/2026, has no meaning.
  static func day(_ first: Int, _ second: Int, _ third: Int, mark: String, yearDigits: (Int, Int)) -> EntityValue?? {
    if yearDigits.0 == 4 {
      guard isDay(first, second, third) else { return nil }
      return .some(.day(year: first, month: second, day: third))
    }
    guard yearDigits.1 == 4 || yearDigits.1 == 2, first >= 1, first <= 31 else { return nil }
    let year = yearDigits.1 == 2 ? 2000 + third : third
    let (monthFirst, dayFirst) = (isDay(year, first, second), isDay(year, second, first))
    guard monthFirst || dayFirst else { return nil }
    // Dots are the custom of places that write the day first; hyphens and slashes are used both ways.
    if mark == "." { return dayFirst ? .some(.day(year: year, month: second, day: first)) : nil }
    if monthFirst, dayFirst, first != second { return .some(nil) }
    return .some(monthFirst ? .day(year: year, month: first, day: second) : .day(year: year, month: second, day: first))
  }

  static func value(_ year: Int?, _ month: Int, _ day: Int?) -> EntityValue? {
    guard let year, let day, isDay(year, month, day) else { return nil }
    return .day(year: year, month: month, day: day)
  }

  static func isDay(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    guard (1600..<2200).contains(year), (1...12).contains(month), day >= 1 else { return false }
    let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
    return day <= (month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31)
  }
}
