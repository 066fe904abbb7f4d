internal import WeirDomain
internal import WeirStore

extension CacheArchive {
  /// Why a line is not taken: a stable word for counts, and a sentence without the line's text.
  package struct Refusal: Error, Sendable, Hashable {
    package var code: String
    package var message: String
  }

  /// Ten years, the longest time that a configuration allows.
  private static let longestLife: Int64 = 315_360_000_000

  /// Hits, and tokens.
  private static let most = Int(Int32.max)

  /// Throws where the first line of a file is no header of a version that is known.
  package static func check(header bytes: [UInt8]) throws {
    guard case .header(let found)? = try? read(bytes) else { throw CacheFailure.notAnArchive }
    guard found == version else { throw CacheFailure.otherArchive(found: found, known: version) }
  }

  static func read(_ bytes: [UInt8]) throws(Refusal) -> Line {
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw Refusal(code: "not_utf8", message: "the line is not UTF-8")
    }
    guard let value = try? JSONReader.read(bytes), case .object(let object) = value else {
      throw Refusal(code: "not_json", message: "the line is no JSON object")
    }
    let fields = ArchiveFields(object: object)
    if object[mark] != nil {
      return .header(version: try fields.count(mark))
    }
    switch try fields.text("kind", longest: 16) {
    case "entry": return .entry(try entry(fields))
    case "miss":
      try fields.refuseUnknown(["kind", "asked", "stored", "answer", "tenant", "created_at"])
      return .miss(
        asked: try fields.bytes("asked", count: 16), stored: try fields.bytes("stored", count: 16),
        answer: try fields.optional("answer") { name throws(Refusal) in try fields.bytes(name, count: 16) },
        tenant: try fields.text("tenant", longest: 128), createdAt: try fields.integer("created_at"))
    case "evidence":
      try fields.refuseUnknown(["kind", "stored", "score", "was_right", "at"])
      let score = try fields.number("score")
      guard (-0.001...1.001).contains(score) else { throw fields.bad("score", "a number from 0 to 1") }
      return .evidence(
        stored: try fields.bytes("stored", count: 16), score: min(max(score, 0), 1),
        wasRight: try fields.flag("was_right"), at: try fields.integer("at"))
    default: throw Refusal(code: "unknown_kind", message: "kind is not entry, miss or evidence")
    }
  }

  private static let entryFields: Set<String> = [
    "kind", "key", "partition", "tenant", "prompt", "answer", "tier", "model", "intent", "prompt_tokens",
    "completion_tokens", "tokens_estimated", "cost", "citations", "request_id", "created_at", "expires_at", "used_at",
    "hits", "similar_hits", "heat", "life", "tags", "encoder", "vector",
  ]

  private static func entry(_ fields: ArchiveFields) throws(Refusal) -> Entry {
    try fields.refuseUnknown(entryFields)
    guard let tier = Tier(rawValue: try fields.text("tier", longest: 16)), !tier.isCache else {
      throw fields.bad("tier", "a tier that is no cache")
    }
    func name(_ field: String, _ longest: Int) throws(Refusal) -> String? {
      try fields.optional(field) { name throws(Refusal) in try fields.text(name, longest: longest) }
    }
    var citations: [Citation] = []
    if let list = try fields.optional("citations", { name throws(Refusal) in try fields.text(name, longest: 1 << 20) })
    {
      guard let found = Citation.read(list) else { throw fields.bad("citations", "a list of citations as JSON text") }
      citations = found
    }
    let answer = CachedAnswer(
      text: try fields.text("answer", longest: 16 << 20), tier: tier, model: try name("model", 256),
      intent: try name("intent", 256),
      usage: TokenUsage(
        prompt: try fields.count("prompt_tokens", most: most),
        completion: try fields.count("completion_tokens", most: most),
        isEstimated: try fields.flag("tokens_estimated")),
      cost: try fields.optional("cost") { name throws(Refusal) in Money(picodollars: try fields.integer(name)) },
      citations: citations)
    let (created, expires) = (try fields.integer("created_at"), try fields.integer("expires_at"))
    guard expires > created, expires - created <= longestLife else {
      throw fields.bad("expires_at", "a time at most ten years after created_at")
    }
    let tags = try fields.texts("tags", most: 256)
    guard tags.allSatisfy({ CacheTerms.isTag($0) || $0.hasPrefix("source:") }) else {
      throw fields.bad("tags", "a list of tags")
    }
    let partition = try fields.optional("partition") { name throws(Refusal) in try fields.bytes(name, count: 32) }
    let hits = try fields.count("hits", most: most)
    let facts = CacheEntryFacts(
      id: 0, key: try fields.bytes("key", count: 32), partition: partition,
      tenant: try fields.text("tenant", longest: 128), prompt: try fields.text("prompt", longest: 16 << 20),
      answer: answer, requestID: try fields.text("request_id", longest: 256),
      createdAt: Timestamp(milliseconds: created), expiresAt: Timestamp(milliseconds: expires),
      usedAt: Timestamp(milliseconds: try fields.integer("used_at")), hits: hits,
      similarHits: min(try fields.count("similar_hits", most: most), hits), bytes: 1, life: try name("life", 256),
      worth: CacheWorth(heat: try fields.number("heat"), worth: 0), encoder: try name("encoder", 128), tags: tags)
    return Entry(facts: facts, vector: try vector(fields, facts))
  }

  private static func vector(_ fields: ArchiveFields, _ facts: CacheEntryFacts) throws(Refusal) -> [Float]? {
    guard fields.object["vector"] != nil else { return nil }
    guard facts.encoder != nil, facts.partition != nil, let text = fields.object["vector"]?.text,
      text.utf8.count <= 1 << 17, let bytes = Base64.read(text), let vector = VectorBytes.read(bytes),
      abs(vector.reduce(Float(0)) { $0 + $1 * $1 } - 1) < 1e-2
    else { throw fields.bad("vector", "base64 of a unit vector of float32, with encoder and partition") }
    return vector
  }
}

/// The fields of one line, with their types and ranges checked.
struct ArchiveFields {
  typealias Refusal = CacheArchive.Refusal
  let object: [String: JSONValue]

  func bad(_ name: String, _ allowed: String) -> Refusal {
    Refusal(code: "bad_\(name)", message: "field \(name) must be \(allowed)")
  }

  func refuseUnknown(_ known: Set<String>) throws(Refusal) {
    guard let unknown = object.keys.filter({ !known.contains($0) }).min() else { return }
    let name = String(unknown.prefix(40).filter { $0.isLetter || $0.isNumber || $0 == "_" })
    throw Refusal(code: "unknown_field", message: "field \"\(name)\" is not known: was it written by a newer weir?")
  }

  func text(_ name: String, longest: Int) throws(Refusal) -> String {
    guard let text = object[name]?.text, text.utf8.count <= longest else {
      throw bad(name, "a text of at most \(longest) bytes")
    }
    return text
  }

  func texts(_ name: String, most: Int) throws(Refusal) -> [String] {
    guard let array = object[name]?.array, array.count <= most else { throw bad(name, "a list of texts") }
    let texts = array.compactMap(\.text)
    guard texts.count == array.count else { throw bad(name, "a list of texts") }
    return texts
  }

  func bytes(_ name: String, count: Int) throws(Refusal) -> [UInt8] {
    guard let bytes = object[name]?.text.flatMap(Hexadecimal.read), bytes.count == count else {
      throw bad(name, "\(count * 2) hexadecimal digits")
    }
    return bytes
  }

  /// `most` keeps what is added up over all entries far from the end of 64 bits.
  func count(_ name: String, most: Int = .max) throws(Refusal) -> Int {
    guard let count = object[name]?.count, count <= most else {
      throw bad(name, "a natural number" + (most == .max ? "" : " up to \(most)"))
    }
    return count
  }

  func integer(_ name: String) throws(Refusal) -> Int64 { Int64(try count(name)) }

  func number(_ name: String) throws(Refusal) -> Double {
    guard let number = object[name]?.number, number.isFinite else { throw bad(name, "a number") }
    return number
  }

  func flag(_ name: String) throws(Refusal) -> Bool {
    guard case .bool(let flag)? = object[name] else { throw bad(name, "true or false") }
    return flag
  }

  /// Nil where the field is missing or null.
  func optional<Value>(
    _ name: String, _ read: (String) throws(Refusal) -> Value
  ) throws(Refusal) -> Value? {
    guard let value = object[name], value != .null else { return nil }
    return try read(name)
  }
}
