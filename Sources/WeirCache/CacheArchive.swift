package import WeirDomain

/// The lines of an exported cache: a header, then one JSON object for each entry, each prompt that must miss, and each
/// judged hit.
///
/// Binary values are hexadecimal, vectors base64 of little-endian float32. Times are UTC milliseconds, money is
/// picodollars; `citations` is JSON in a text. Fields that a reader does not know are refused: they would be lost silently.
package enum CacheArchive {
  package static let version = 1
  /// The header's member, by which the file is known.
  static let mark = "weir_cache"

  /// The longest line that is read: a prompt and an answer of a few MiB.
  package static let longestLine = 32 << 20

  package static func header(entries: Int, at now: Timestamp) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add(mark, version)
    writer.add("exported_at", now.milliseconds)
    writer.add("entries", entries)
    writer.endObject()
    return writer.text
  }

  /// `vector` as the database keeps it, where it goes with the entry.
  static func line(_ entry: CacheEntryFacts, vector: [UInt8]?) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("kind", "entry")
    writer.add("key", Hexadecimal.write(entry.key))
    writer.add("partition", entry.partition.map(Hexadecimal.write))
    writer.add("tenant", entry.tenant)
    writer.add("prompt", entry.prompt)
    writer.add("answer", entry.answer.text)
    writer.add("tier", entry.answer.tier.rawValue)
    writer.add("model", entry.answer.model)
    writer.add("intent", entry.answer.intent)
    writer.add("prompt_tokens", entry.answer.usage.prompt)
    writer.add("completion_tokens", entry.answer.usage.completion)
    writer.add("tokens_estimated", entry.answer.usage.isEstimated)
    writer.add("cost", entry.answer.cost?.picodollars)
    if let citations = Citation.text(of: entry.answer.citations) { writer.add("citations", citations) }
    writer.add("request_id", entry.requestID)
    writer.add("created_at", entry.createdAt.milliseconds)
    writer.add("expires_at", entry.expiresAt.milliseconds)
    writer.add("used_at", entry.usedAt.milliseconds)
    writer.add("hits", entry.hits)
    writer.add("similar_hits", entry.similarHits)
    writer.add("heat", entry.worth.heat)
    writer.add("life", entry.life)
    writer.beginArray("tags")
    for tag in entry.tags { writer.add(nil, tag) }
    writer.endArray()
    if let encoder = entry.encoder, let vector {
      writer.add("encoder", encoder)
      writer.add("vector", Base64.write(vector))
    }
    writer.endObject()
    return writer.text
  }

  /// What one line says.
  enum Line: Equatable {
    case header(version: Int)
    case entry(Entry)
    case miss(asked: [UInt8], stored: [UInt8], answer: [UInt8]?, tenant: String, createdAt: Int64)
    case evidence(stored: [UInt8], score: Double, wasRight: Bool, at: Int64)
  }

  struct Entry: Equatable {
    var facts: CacheEntryFacts
    var vector: [Float]?
  }

  static func miss(asked: [UInt8], stored: [UInt8], answer: [UInt8]?, tenant: String, createdAt: Int64) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("kind", "miss")
    writer.add("asked", Hexadecimal.write(asked))
    writer.add("stored", Hexadecimal.write(stored))
    writer.add("answer", answer.map(Hexadecimal.write))
    writer.add("tenant", tenant)
    writer.add("created_at", createdAt)
    writer.endObject()
    return writer.text
  }

  static func evidence(stored: [UInt8], score: Double, wasRight: Bool, at: Int64) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("kind", "evidence")
    writer.add("stored", Hexadecimal.write(stored))
    writer.add("score", score)
    writer.add("was_right", wasRight)
    writer.add("at", at)
    writer.endObject()
    return writer.text
  }
}
