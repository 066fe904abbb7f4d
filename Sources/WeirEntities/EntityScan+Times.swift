/// Times of the day, dates that depend on today, and lengths of time.
extension EntityScan {
  /// "3pm", "15:30", "half past three", "noon", "four o'clock".
  func time(at index: Int) -> Find? {
    if let word = word(index) {
      if let minute = TimeWords.named[word] {
        return Find(kind: .time, tokens: index..<index + 1, value: .minuteOfDay(minute))
      }
      if TimeWords.lights.contains(word) { return Find(kind: .time, tokens: index..<index + 1, value: nil) }
      if word == "half" || word == "quarter", let link = self.word(index + 1), link == "past" || link == "to",
        let hour = hour(at: index + 2)
      {
        return Find(kind: .time, tokens: index..<hour.end, value: nil)
      }
    }
    if isGlued(index), let before = token(index - 1),
      before.kind != .symbol || ["$", "#", "-", ".", ":", "/"].contains(before.text)
    {
      return nil
    }
    guard let hour = hour(at: index) else { return nil }
    var (end, minute) = (hour.end, 0)
    var isSure = false
    if isSymbol(end, ":") || isSymbol(end, "."), isGlued(end), isGlued(end + 1), token(end + 1)?.text.utf8.count == 2,
      let found = integer(end + 1), found < 60
    {
      isSure = isSymbol(end, ":")
      (minute, end) = (found, end + 2)
    }
    if let half = half(at: end) {
      guard (1...12).contains(hour.value) else { return nil }
      let value = (hour.value % 12 + (half.isAfternoon ? 12 : 0)) * 60 + minute
      return Find(kind: .time, tokens: index..<half.end, value: .minuteOfDay(value))
    }
    if word(end) == "o'clock" || word(end) == "oclock" { return Find(kind: .time, tokens: index..<end + 1, value: nil) }
    guard isSure else { return nil }
    // Without am or pm, hours up to twelve can be either.
    return Find(kind: .time, tokens: index..<end, value: hour.value > 12 ? .minuteOfDay(hour.value * 60 + minute) : nil)
  }

  private func hour(at index: Int) -> (value: Int, end: Int)? {
    if let value = integer(index) {
      return value < 24 && (token(index)?.text.utf8.count ?? 0) <= 2 ? (value, index + 1) : nil
    }
    guard let word = word(index), let value = NumberNames.values[word], (1...20).contains(value) else { return nil }
    if value == 20, let unit = self.word(index + 1).flatMap({ NumberNames.values[$0] }), (1...3).contains(unit) {
      return (20 + unit, index + 2)
    }
    return (value, index + 1)
  }

  /// "pm", "p.m.", "p.m".
  private func half(at index: Int) -> (isAfternoon: Bool, end: Int)? {
    guard let word = word(index) else { return nil }
    if word == "am" || word == "pm" { return (word == "pm", index + 1) }
    guard word == "a" || word == "p", isSymbol(index + 1, "."), self.word(index + 2) == "m", isGlued(index + 2) else {
      return nil
    }
    return (word == "p", isSymbol(index + 3, ".") && isGlued(index + 3) ? index + 4 : index + 3)
  }

  /// "tomorrow", "next week", "in three days", "two weeks ago", "on monday".
  func relativeDate(at index: Int) -> Find? {
    if let word = word(index) {
      if TimeWords.days.contains(word) {
        let end = self.word(index + 1).map { TimeWords.partsOfDay.contains($0) } == true ? index + 2 : index + 1
        return Find(kind: .date, tokens: index..<end, value: nil)
      }
      if DateNames.weekdays.contains(word) {
        return Find(kind: .date, tokens: index..<index + 1, value: nil)
      }
      if TimeWords.selectors.contains(word), let next = self.word(index + 1),
        TimeWords.spans.contains(next) || DateNames.weekdays.contains(next) || TimeWords.partsOfDay.contains(next)
      {
        return Find(kind: .date, tokens: index..<index + 2, value: nil)
      }
      if ["in", "within"].contains(word), let length = length(at: index + 1) {
        return Find(kind: .date, tokens: index..<length.end, value: nil)
      }
    }
    guard let length = length(at: index), let word = word(length.end) else { return nil }
    if word == "ago" || word == "later" { return Find(kind: .date, tokens: index..<length.end + 1, value: nil) }
    if word == "from", self.word(length.end + 1) == "now" || self.word(length.end + 1) == "today" {
      return Find(kind: .date, tokens: index..<length.end + 2, value: nil)
    }
    return nil
  }

  func duration(at index: Int) -> Find? {
    guard let length = length(at: index) else { return nil }
    return Find(kind: .duration, tokens: index..<length.end, value: .count(length.count, unit: length.unit))
  }

  /// "3 days", "two weeks", "a month", "one and a half hours" from its last word on.
  private func length(at index: Int) -> (count: Int, unit: String, end: Int)? {
    if isGlued(index), token(index - 1)?.kind != .symbol { return nil }
    let number =
      count(at: index)
      ?? (["a", "an"].contains(word(index) ?? "") && index > 0 && word(index - 1) == "in" ? (1, index + 1) : nil)
    guard let number else { return nil }
    let place =
      isSymbol(number.end, "-")
      ? number.end + 1 : ["business", "working"].contains(word(number.end) ?? "") ? number.end + 1 : number.end
    guard let word = word(place), let unit = TimeWords.units[word] else { return nil }
    return (number.value, unit, place + 1)
  }
}

enum TimeWords {
  /// Minutes since midnight where the name says them.
  static let named: [String: Int] = ["noon": 720, "midday": 720, "midnight": 0]
  static let lights: Set<String> = ["sunrise", "sunset", "dawn", "dusk"]
  static let days: Set<String> = [
    "today", "tomorrow", "yesterday", "tonight", "tmrw", "tomorow", "tommorow", "tommorrow",
  ]
  static let partsOfDay: Set<String> = ["morning", "afternoon", "evening", "night", "noon"]
  static let selectors: Set<String> = ["next", "this", "last", "coming", "following", "past", "previous", "every"]
  static let spans: Set<String> = [
    "second", "minute", "hour", "day", "week", "weekend", "month", "quarter", "year", "decade", "spring", "summer",
    "autumn", "fall",
    "winter",
  ]
  static let units: [String: String] = [
    "second": "second", "seconds": "second", "sec": "second", "secs": "second", "minute": "minute", "minutes": "minute",
    "min": "minute", "mins": "minute", "hour": "hour", "hours": "hour", "hr": "hour", "hrs": "hour", "day": "day",
    "days": "day", "night": "night", "nights": "night", "week": "week", "weeks": "week", "month": "month",
    "months": "month", "year": "year", "years": "year", "decade": "decade", "decades": "decade",
  ]
}
