import Testing
import WeirDomain
import WeirStore
import WeirTestSupport

@testable import WeirCache

/// Entries as lines, and back.
@Suite struct CacheArchiveTests {
  private let start = Timestamp(milliseconds: 1_800_000_000_000)
  private let encoder = ResponseCache.EncoderIdentity(fingerprint: "e1", dimension: 4)

  private func cache(_ encoder: String? = "e1") throws -> ResponseCache {
    try ResponseCache.openRows(
      store: Store.inMemory(migrations: ResponseCache.migrations), configuration: CacheConfiguration(),
      encoder: encoder.map { .init(fingerprint: $0, dimension: 4) })
  }

  private func admit(_ cache: ResponseCache, _ prompt: String, _ answer: CachedAnswer, tags: [String] = []) throws {
    let request = RouteRequest(
      id: "r-1", messages: [ChatMessage(role: .user, content: prompt)], tenant: "t", cacheTerms: CacheTerms(tags: tags))
    try cache.store.write { transaction in
      _ = try cache.admit(
        CachePlan(request), answer, embedding: Embedding(values: [0.6, 0.8, 0, 0], encoder: "e1"), at: start,
        in: transaction)
    }
  }

  private func filled() throws -> ResponseCache {
    let cache = try cache()
    let citation = Citation(number: 1, source: "guide.md", firstLine: 1, lastLine: 3, score: 0.5, isNamed: true)
    try admit(
      cache, "how do I pay \"here\"\n\u{1F4B3}",
      CachedAnswer(
        text: "like \\ this\n", tier: .premium, model: "large", intent: "pay",
        usage: TokenUsage(prompt: 3, completion: 5, isEstimated: true), cost: Money(picodollars: 77),
        citations: [citation]), tags: ["b", "a"])
    try admit(cache, "how do I leave", CachedAnswer(text: "", tier: .generator))
    let hit = try #require(
      try cache.exact(
        CachePlan(RouteRequest(id: "", messages: [ChatMessage(role: .user, content: "how do I leave")], tenant: "t")),
        at: start))
    try cache.store.write { try cache.recordHit(hit, at: start.adding(milliseconds: 5), in: $0) }
    return cache
  }

  private func lines(_ cache: ResponseCache) throws -> [String] {
    var lines: [String] = []
    _ = try cache.export(CacheSelection(), at: start) { line in
      lines.append(line)
      return true
    }
    return lines
  }

  private func take(_ cache: ResponseCache, _ lines: [String], at now: Timestamp? = nil) throws -> ResponseCache.Import
  {
    var result = ResponseCache.Import(dimension: 4)
    let numbered = lines.enumerated().map { (number: $0.offset + 1, bytes: Array($0.element.utf8)) }
    for batch in stride(from: 0, to: numbered.count, by: 2) {
      try cache.take(
        Array(numbered[batch..<min(batch + 2, numbered.count)]), into: &result,
        at: now ?? start.adding(milliseconds: 10))
    }
    return result
  }

  private func entries(_ cache: ResponseCache) throws -> [CacheEntryFacts] {
    var entries: [CacheEntryFacts] = []
    try cache.visit(CacheSelection(), newestFirst: false, at: start) { entry in
      entries.append(entry)
      return true
    }
    return entries
  }

  @Test func `what was exported is imported as it was, vectors, misses and evidence too`() throws {
    let (old, new) = (try filled(), try cache())
    _ = try old.markWrong(1, asked: "how can I pay", at: start)
    try admit(old, "how do I pay", CachedAnswer(text: "cash", tier: .premium))
    let lines = try lines(old)
    #expect(lines.count == 5)
    let result = try take(new, lines)
    #expect(result.entries == 2 && result.misses == 1 && result.evidence == 1 && result.skipped.isEmpty)
    var (left, right) = (try entries(old), try entries(new))
    for index in left.indices { (left[index].id, right[index].id) = (0, 0) }
    #expect(left == right)
    #expect(try lines.sorted() == self.lines(new).sorted())
    #expect(try new.audit(at: start).isSound)
    let vectors = try new.store.read { transaction in
      try ResponseCache.changes(after: 0, limit: 10, in: transaction).compactMap(\.vector)
    }
    #expect(vectors.count == 2 && vectors.allSatisfy { VectorBytes.read($0.bytes) == [0.6, 0.8, 0, 0] })
  }

  @Test func `a second import takes nothing, and an older answer does not replace a newer one`() throws {
    let (old, new) = (try filled(), try cache())
    let lines = try lines(old)
    _ = try take(new, lines)
    let again = try take(new, lines)
    #expect(again.entries == 0 && again.skipped == ["there_already": 2])
  }

  @Test func `a vector of another encoder is left out, and its answer found by equal requests`() throws {
    let new = try cache("e2")
    let result = try take(new, try lines(try filled()))
    #expect(result.entries == 2 && result.withoutVector == 2)
    #expect(try entries(new).allSatisfy { $0.encoder == nil && $0.partition != nil })
  }

  @Test func `expired entries and those of the future are skipped`() throws {
    let lines = try lines(try filled())
    #expect(try take(try cache(), lines, at: start.adding(milliseconds: 8 * 86_400_000)).skipped == ["expired": 2])
    #expect(try take(try cache(), lines, at: start.adding(milliseconds: -3_600_000)).skipped == ["future": 2])
  }

  @Test func `an answer that was called wrong here does not come back by an import`() throws {
    let cache = try filled()
    let lines = try lines(cache)
    _ = try cache.markWrong(2, asked: nil, at: start)
    #expect(try take(cache, lines).skipped == ["known_wrong": 1, "there_already": 1])
  }

  @Test func `an answer that was called wrong elsewhere leaves when that is imported`() throws {
    let (old, new) = (try filled(), try cache())
    _ = try take(new, try lines(old))
    _ = try old.markWrong(2, asked: nil, at: start)
    let result = try take(new, try lines(old))
    #expect(result.misses == 1)
    #expect(try entries(new).map(\.prompt) == ["how do I pay \"here\"\n\u{1F4B3}"])
    #expect(try new.inventory(at: start).counters["wrong"] == 1)
    // The other answer to the same prompt stays.
    try admit(new, "how do I leave", CachedAnswer(text: "by the door", tier: .generator))
    _ = try take(new, try lines(old))
    #expect(try entries(new).count == 2)
  }

  @Test func `an entry whose tenant is not that of its key is served to nobody`() throws {
    let new = try cache()
    #expect(
      try take(new, try lines(try filled()).map { $0.replacing(#""tenant":"t""#, with: #""tenant":"u""#) }).entries == 2
    )
    for tenant in ["t", "u"] {
      let request = RouteRequest(
        id: "", messages: [ChatMessage(role: .user, content: "how do I leave")], tenant: tenant)
      #expect(try new.exact(CachePlan(request), at: start) == nil)
      #expect(try new.exact(CanonicalRequest(request), at: start) == nil)
    }
  }

  @Test func `a file that is no archive, or of another version, is refused before anything is stored`() throws {
    let cache = try cache()
    let lines = try lines(try filled())
    for first in ["", "{}", "prompt,answer", lines[1]] {
      #expect(throws: CacheFailure.notAnArchive) { try take(cache, [first] + lines.dropFirst()) }
    }
    #expect(throws: CacheFailure.otherArchive(found: 2, known: 1)) {
      try take(cache, [#"{"weir_cache":2}"#] + lines.dropFirst())
    }
    #expect(try cache.statistics().entries == 0)
  }

  @Test func `every field that is broken is named, and its line alone is skipped`() throws {
    let lines = try lines(try filled())
    let breaks: [(String, String, String)] = [
      (#""key":""#, #""key":"zz"#, "key"), (#""tier":"premium""#, #""tier":"exact""#, "tier"),
      (#""tier":"premium""#, #""tier":7"#, "tier"), (#""prompt_tokens":3"#, #""prompt_tokens":-3"#, "prompt_tokens"),
      (#""expires_at":18"#, #""expires_at":1"#, "expires_at"),
      (#""expires_at":1"#, #""expires_at":9999"#, "expires_at"),
      (#""vector":""#, #""vector":"AAAA"#, "vector"), (#""vector":""#, #""vector":"!"#, "vector"),
      (#""kind":"entry""#, #""kind":"entry","extra":1"#, "extra"), (#""tags":["a","#, #""tags":["model:x","#, "tags"),
      (#""hits":0"#, #""hits":1.5"#, "hits"), (#""heat":"#, #""heat":null,"heats":"#, "heats"),
      (#""citations":"["#, #""citations":"x["#, "citations"), (#""created_at":"#, #""created_at":{"a":"#, "JSON"),
    ]
    for (from, to, name) in breaks {
      let broken = lines[1].replacing(from, with: to, maxReplacements: 1)
      try #require(broken != lines[1], "\(from)")
      let result = try take(try cache(), [lines[0], broken, lines[2]])
      #expect(result.entries == 1, "\(name)")
      #expect(
        result.named.first?.line == 2 && result.named.first?.message.contains(name) == true, "\(name): \(result.named)")
    }
  }

  @Test func `numbers that would overflow in a sum, and scores that are none, are refused`() throws {
    let old = try filled()
    _ = try old.markWrong(1, asked: "how can I pay", at: start)
    var lines = try lines(old)
    for name in ["hits", "similar_hits", "prompt_tokens", "completion_tokens"] {
      let entry = try #require(lines.first { $0.contains(#""kind":"entry""#) })
      let broken = entry.replacing(try Regex("\"\(name)\":[0-9]+"), with: "\"\(name)\":9007199254740991")
      try #require(broken != entry)
      #expect(try take(try cache(), [lines[0], broken]).skipped == ["bad_\(name)": 1])
    }
    lines = try lines.map { $0.replacing(try Regex("\"score\":[^,]+"), with: "\"score\":1e300") }
    #expect(try take(try cache(), lines).skipped == ["bad_score": 1])
  }

  @Test func `random damage to lines is skipped and never breaks what is stored`() throws {
    var random = SeededRandom(seed: 11)
    let lines = try lines(try filled())
    for _ in 0..<400 {
      var damaged = lines
      var bytes = Array(damaged[1].utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
        }
      }
      damaged[1] = ""
      let cache = try cache()
      var result = ResponseCache.Import(dimension: 4)
      try cache.take(
        [(1, Array(lines[0].utf8)), (2, bytes), (3, Array(lines[2].utf8))], into: &result,
        at: start.adding(milliseconds: 10))
      #expect(result.entries >= 1)
      let audit = try cache.audit(at: start)
      #expect(audit.isSound, "\(audit.findings)")
    }
  }

  @Test func `an imported priority is no higher than its hits can have made it`() throws {
    let lines = try lines(try filled()).map { $0.replacing(#""heat":"#, with: #""heat":9e99,"x":"#) }
    #expect(try take(try cache(), lines).skipped["unknown_field"] == 2)
    let high = try self.lines(try filled()).map { line in
      line.split(separator: ",").map { $0.hasPrefix(#""heat":"#) ? #""heat":1e300"# : String($0) }.joined(
        separator: ",")
    }
    let cache = try cache()
    #expect(try take(cache, high).entries == 2)
    let ceiling = CacheWorth.exponent(start.adding(milliseconds: 10)) + 2
    #expect(try entries(cache).allSatisfy { $0.worth.heat < ceiling })
  }

  @Test func `bytes read back from both kinds of text, and nothing else does`() {
    var random = SeededRandom(seed: 5)
    for count in 0..<70 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(Base64.read(Base64.write(bytes)) == bytes)
      #expect(Hexadecimal.read(Hexadecimal.write(bytes)) == bytes)
    }
    #expect(Base64.write(Array("Ma".utf8)) == "TWE=")
    for bad in ["A", "AA", "AAA", "A===", "====", "AB==", "AAB=", "AA=A", "AA*=", "\u{e9}AAA"] {
      #expect(Base64.read(bad) == nil, "\(bad)")
    }
    for bad in ["a", "0g", "AB", " 0"] { #expect(Hexadecimal.read(bad) == nil) }
  }
}
