import WeirCache
import WeirDomain
import WeirLedger

/// What `weir cache` says of entries, for people and for programs.
enum CacheText {
  static func bytes(_ count: Int64) -> String {
    let units: [(String, Double)] = [("GiB", 1_073_741_824), ("MiB", 1_048_576), ("KiB", 1_024)]
    guard let (unit, scale) = units.first(where: { Double(count) >= $0.1 }) else { return "\(count) B" }
    return "\((Double(count) / scale).decimals(1)) \(unit)"
  }

  /// `2026-11-21 16:01:02 UTC`
  static func moment(_ time: Timestamp) -> String {
    let seconds = Int((time.milliseconds % 86_400_000 + 86_400_000) % 86_400_000 / 1000)
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { ($0 < 10 ? "0" : "") + "\($0)" }
    return "\(CalendarDay(of: time)) \(parts.joined(separator: ":")) UTC"
  }

  static func span(_ from: Timestamp, _ to: Timestamp) -> String {
    TimeSpan.rough(milliseconds: to.milliseconds - from.milliseconds)
  }

  static func expiry(_ entry: CacheEntryFacts, at now: Timestamp) -> String {
    entry.expiresAt > now ? span(now, entry.expiresAt) : "expired"
  }

  static let listHeader =
    TextColumn.padded("id", 9) + TextColumn.padded("age", 9) + TextColumn.padded("expires", 9)
    + TextColumn.padded("hits", 6) + TextColumn.padded("by", 10) + TextColumn.padded("tenant", 12) + "prompt\n"

  static func row(_ entry: CacheEntryFacts, at now: Timestamp, width: Int) -> String {
    let left =
      TextColumn.padded("\(entry.id)", 9) + TextColumn.padded(span(entry.createdAt, now), 9)
      + TextColumn.padded(expiry(entry, at: now), 9) + TextColumn.padded("\(entry.hits)", 6)
      + TextColumn.padded(entry.answer.tier.rawValue, 10)
      + TextColumn.padded(TextColumn.printable(entry.tenant), 11) + " "
    let room = max(width - TextColumn.width(left), 20)
    var prompt = TextColumn.padded(TextColumn.printable(entry.prompt), room)
    while prompt.last == " " { prompt.removeLast() }
    return left + prompt + "\n"
  }

  static func json(_ entry: CacheEntryFacts) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    members(entry, &writer)
    writer.endObject()
    return writer.text
  }

  private static func members(_ entry: CacheEntryFacts, _ writer: inout JSONWriter) {
    writer.add("id", entry.id)
    writer.add("tenant", entry.tenant)
    writer.add("prompt", entry.prompt)
    writer.add("answer", entry.answer.text)
    writer.add("tier", entry.answer.tier.rawValue)
    writer.add("model", entry.answer.model)
    writer.add("intent", entry.answer.intent)
    writer.beginArray("tags")
    for tag in entry.tags { writer.add(nil, tag) }
    writer.endArray()
    writer.add("semantic", entry.partition != nil)
    writer.add("encoder", entry.encoder)
    writer.add("request", entry.requestID)
    writer.add("created_at", entry.createdAt.milliseconds)
    writer.add("expires_at", entry.expiresAt.milliseconds)
    writer.add("used_at", entry.usedAt.milliseconds)
    writer.add("life", entry.life)
    writer.add("hits", entry.hits)
    writer.add("similar_hits", entry.similarHits)
    writer.add("bytes", entry.bytes)
    writer.add("cost_picodollars", entry.answer.cost?.picodollars)
    writer.add("prompt_tokens", entry.answer.usage.prompt)
    writer.add("completion_tokens", entry.answer.usage.completion)
  }

  /// With what is known of its hits.
  static func json(_ entry: CacheEntryFacts, evidence: [ResponseCache.Evidence], misses: Int) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    members(entry, &writer)
    writer.beginArray("evidence")
    for one in evidence {
      writer.beginObject()
      writer.add("score", one.score, decimals: 4)
      writer.add("right", one.wasRight)
      writer.add("at", one.at.milliseconds)
      writer.endObject()
    }
    writer.endArray()
    writer.add("must_miss", misses)
    writer.endObject()
    return writer.text
  }

  static func detail(
    _ entry: CacheEntryFacts, evidence: [ResponseCache.Evidence], misses: Int, at now: Timestamp
  ) -> String {
    let answer = entry.answer
    let model = answer.model.map { " (\(TextColumn.printable($0)))" } ?? ""
    let cost = answer.cost.map { ", cost \($0)" } ?? ", cost unknown"
    let right = evidence.count { $0.wasRight }
    var rows: [(String, String)] = [
      (
        "entry",
        "\(entry.id), \(entry.partition == nil ? "the same request only" : "the same request and the same meaning")"
      ),
      ("tenant", TextColumn.printable(entry.tenant)),
      (
        "given by",
        "\(answer.tier.rawValue)\(model)\(cost), \(answer.usage.prompt) tokens read, \(answer.usage.completion) written"
      ),
      ("intent", answer.intent.map(TextColumn.printable) ?? "none"),
      (
        "made",
        "\(moment(entry.createdAt)), \(span(entry.createdAt, now)) ago, for request \(TextColumn.printable(entry.requestID))"
      ),
      ("expires", entry.expiresAt > now ? "in \(span(now, entry.expiresAt))" : "\(span(entry.expiresAt, now)) ago"),
      ("used", "\(entry.hits) times, \(entry.similarHits) of them by meaning; last \(span(entry.usedAt, now)) ago"),
      ("judged", "\(right) hits right, \(evidence.count - right) wrong; \(misses) prompts must miss it"),
      ("tags", entry.tags.isEmpty ? "none" : entry.tags.map(TextColumn.printable).joined(separator: ", ")),
      ("bytes", "\(entry.bytes)"),
    ]
    if let life = entry.life { rows[5].1 += ", as \(TextColumn.printable(life)) says" }
    for citation in answer.citations { rows.append(("source", "[\(citation.number)] \(citation.place.printable)")) }
    rows.append(("prompt", entry.prompt.printable))
    rows.append(("answer", answer.text.printable))
    return rows.map { name, text in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.enumerated().map { TextColumn.padded($0.offset == 0 ? name : "", 10) + $0.element + "\n" }.joined()
    }.joined()
  }
}
