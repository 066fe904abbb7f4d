internal import FoundationEssentials
internal import WeirAssembly
internal import WeirCache
internal import WeirConfiguration
internal import WeirDomain
internal import WeirEncoder
internal import WeirFiles
internal import WeirModelFiles
internal import WeirStore

/// What the semantic tier decides about labelled prompts: the real cache, over a database of its own.
///
/// Two files of JSON lines. Texts: `{"text": "...", "answer": "..."}`; prompts with one answer may share it.
/// Scenarios: `{"name": "...", "stored": [places of texts], "asked": [places]}`, or `{"pairs": [[asked, stored], ...]}`
/// for the guard alone.
package struct HitBenchmark {
  private struct Row {
    var text: String
    var answer: String
    var embedding: Embedding
  }

  private let rows: [Row]
  private let verifier: HitVerifier?
  private let encoder: ResponseCache.EncoderIdentity
  private let folder: String
  private let budget: Double
  private let showsFeatures: Bool
  private static let at = Timestamp(milliseconds: 1_700_000_000_000)

  /// `encoder` and `verifier` are files in place of the built-in ones; an empty `verifier` judges nothing.
  package init(
    texts: String, encoder path: String?, verifier: String?, budget: Double, showsFeatures: Bool, folder: String
  ) throws {
    let configuration = try Configuration.load(
      environment: [:], flags: [.init(key: "node.state", value: "unused", name: "--state")], systemFile: "")
    let bundle = try ModelBundle(configuration.models)
    let encoder = try path.map { try Encoder(GGUFFile(path: $0)) } ?? bundle.openEncoder()
    self.encoder = .init(fingerprint: encoder.fingerprint, dimension: encoder.shape.width)
    let lines = try Self.lines(texts)
    var rows: [Row] = []
    for line in lines {
      guard let text = line["text"]?.text else { throw BenchmarkFailure.badText(file: texts, reason: "no text") }
      rows.append(
        Row(
          text: text, answer: line["answer"]?.text ?? "",
          embedding: Embedding(values: encoder.embed(text).values, encoder: encoder.fingerprint)))
    }
    self.rows = rows
    self.verifier =
      try verifier.map { $0.isEmpty ? HitVerifier.undecided : try Self.verifier($0, encoder.fingerprint) }
      ?? bundle.openVerifier(encoderFingerprint: encoder.fingerprint)
    (self.budget, self.showsFeatures, self.folder) = (budget, showsFeatures, folder)
  }

  private static func verifier(_ path: String, _ fingerprint: String) throws -> HitVerifier {
    try HitVerifier(from: GGUFFile(path: path), encoderFingerprint: fingerprint)
  }

  /// Passes one line of JSON for each decision.
  package func run(scenarios path: String, _ line: (String) throws -> Void) throws {
    for (number, scenario) in try Self.lines(path).enumerated() {
      if let pairs = scenario["pairs"]?.array {
        for pair in pairs {
          guard let asked = row(pair[0]), let stored = row(pair[1]) else { throw bad(path) }
          var writer = JSONWriter()
          writer.beginObject()
          writer.add("guard", SimilarityGuard.hardRefusal(asked: asked.text, stored: stored.text)?.rawValue)
          writer.endObject()
          try line(writer.text)
        }
        continue
      }
      guard let stored = scenario["stored"]?.array, let asked = scenario["asked"]?.array else { throw bad(path) }
      let places = try stored.map { value in
        guard let place = value.count, rows.indices.contains(place) else { throw bad(path) }
        return place
      }
      let database = "\(folder)/hits-\(number).sqlite"
      let (cache, ids) = try fill(places, database)
      for value in asked {
        guard let place = value.count, let row = row(value) else { throw bad(path) }
        try line(decision(place, row, cache, ids, scenario: number))
      }
      try cache.close()
      for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + ending) }
    }
  }

  private func bad(_ path: String) -> BenchmarkFailure {
    .badText(file: path, reason: "a scenario without stored and asked places of texts")
  }

  private func row(_ value: JSONValue?) -> Row? {
    guard let place = value?.count, rows.indices.contains(place) else { return nil }
    return rows[place]
  }

  private struct Filled {
    var cache: ResponseCache
    var store: Store
    func close() throws { try store.close() }
  }

  private func fill(_ places: [Int], _ path: String) throws -> (Filled, [Int64: Int]) {
    let store = try Store.open(path: path, migrations: ResponseCache.migrations)
    var configuration = CacheConfiguration()
    configuration.falseHitBudget = budget
    let cache = try ResponseCache.open(
      store: store, configuration: configuration, encoder: encoder, verifier: verifier, at: Self.at)
    var ids: [Int64: Int] = [:]
    for start in stride(from: 0, to: places.count, by: 500) {
      let changes = try store.write { transaction in
        try places[start..<min(start + 500, places.count)].map { place in
          try cache.admit(
            plan(place), CachedAnswer(text: rows[place].answer, tier: .standard, model: "m"),
            embedding: rows[place].embedding, at: Self.at, in: transaction)
        }
      }
      for change in changes { try cache.apply(change) }
    }
    // A request's id is its place.
    try store.read { transaction in
      try transaction.rows("SELECT id, request_id FROM cache_entry") { row in
        ids[try row.integer(0)] = Int(try row.text(1))
      }
    }
    return (Filled(cache: cache, store: store), ids)
  }

  private func plan(_ place: Int) -> CachePlan {
    CachePlan(
      RouteRequest(id: "\(place)", messages: [ChatMessage(role: .user, content: rows[place].text)]))
  }

  private func decision(
    _ place: Int, _ row: Row, _ filled: Filled, _ ids: [Int64: Int], scenario: Int
  ) throws -> String {
    let plan = plan(place)
    let start = SystemClock.monotonicNanoseconds
    let found = try filled.cache.similar(plan, row.embedding, at: Self.at)
    let end = SystemClock.monotonicNanoseconds
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("scenario", scenario)
    writer.add("asked", place)
    writer.add("shared", plan.partition != nil)
    writer.add("ns", end - start)
    writer.add("nearest", found.nearest.map(Double.init))
    writer.add("refusals", found.refusals.map { $0.reason.rawValue }.joined(separator: ","))
    if let candidate = found.candidate {
      writer.add("candidate", ids[candidate.id])
      writer.add("similarity", Double(candidate.similarity))
      writer.add("probability", candidate.probability)
      writer.add("threshold", candidate.threshold)
      if showsFeatures {
        writer.beginArray("features")
        for value in candidate.features { writer.add(nil, value) }
        writer.endArray()
      }
    }
    writer.add("served", found.hit.flatMap { ids[$0.id] })
    writer.endObject()
    return writer.text
  }

  private static func lines(_ path: String) throws -> [JSONValue] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw BenchmarkFailure.badText(file: path, reason: "it cannot be read")
    }
    return try data.split(separator: UInt8(ascii: "\n")).map { line in
      do { return try JSONReader.read(Array(line)) } catch {
        throw BenchmarkFailure.badText(file: path, reason: "a line is no JSON")
      }
    }
  }
}
