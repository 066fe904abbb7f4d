/// Recognises prompts whose answer depends on when it is asked.
enum TemporalPrompt {
  static func matches(_ words: PromptWords) -> Bool {
    let texts = words.texts
    for (index, word) in texts.enumerated() {
      if alone.contains(word) { return true }
      let next = index + 1 < texts.count ? texts[index + 1] : ""
      if word == "this" && periods.contains(next) { return true }
      if word == "what" && ["time", "date", "day", "year"].contains(next) { return true }
      if word == "current" && topics.contains(next) { return true }
      if word == "now" && (index == texts.count - 1 || index > 0 && texts[index - 1] == "right") { return true }
      if (word == "stock" || word == "share") && ["price", "prices", "market"].contains(next) { return true }
      if word == "exchange" && ["rate", "rates"].contains(next) { return true }
    }
    return false
  }

  private static let alone: Set<String> = [
    "today", "tonight", "tomorrow", "yesterday", "currently", "nowadays", "latest", "newest", "weather", "forecast",
    "news", "headlines", "bitcoin", "recently", "upcoming",
  ]
  private static let periods: Set<String> = [
    "week", "month", "year", "morning", "afternoon", "evening", "weekend", "season", "quarter",
  ]
  private static let topics: Set<String> = [
    "time", "date", "day", "year", "price", "prices", "rate", "rates", "weather", "temperature", "president", "ceo",
    "version", "status", "events", "population", "score", "standings", "champion", "situation",
  ]
}
