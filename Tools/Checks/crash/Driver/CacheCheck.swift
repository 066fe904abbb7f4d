import Foundation
import WeirCache
import WeirDomain
import WeirStore
import WeirVectorIndex

/// After a kill: the database is whole, nothing acknowledged is lost, nothing that was not asked for is there, and the
/// index, brought up to the log, finds every entry and none that left.
struct CacheCheck: StateCheck {
  private let folder: URL
  private let isWired: Bool
  private var wasSaved = false
  /// What each name may hold: the version's number, or nil for nothing. Names without a line hold nothing.
  private var expected: [EntryName: Set<UInt64?>] = [:]
  private var (acknowledged, searches) = (0, 0)
  private var random = SplitMix64(seed: 17)

  init(folder: URL, isWired: Bool) { (self.folder, self.isWired) = (folder, isWired) }

  var summary: String {
    "\(acknowledged) changes acknowledged, \(expected.count) names, \(searches) searches"
  }

  mutating func check(_ lines: [String]) throws {
    try take(lines)
    guard lines.contains("open") || !expected.isEmpty else {
      // Killed before it made a file: the next one begins from nothing, or from what was made.
      return
    }
    let now = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    let state = try CacheState(folder: folder, isWired: isWired, at: now)
    defer { state.close() }
    try checkDatabase(state.store)
    let live = try checkRows(state.store)
    if let graph = state.graph { try check(graph, state, live) } else { try checkServing(state, live, now) }
    // Now and then the parent leaves its own checkpoint behind.
    if random.next() % 4 == 0 {
      try state.checkpoint()
      wasSaved = true
    }
  }

  /// Reads what the process said; of a change that it began and did not acknowledge, both outcomes are right.
  private mutating func take(_ lines: [String]) throws {
    var begun: [(EntryName, UInt64?)] = []
    for line in lines {
      let words = line.split(separator: " ")
      switch words.first {
      case "put":
        guard let name = EntryName(words.dropFirst()), let version = words.last.flatMap({ UInt64($0) }) else { continue }
        begun = [(name, version)]
      case "delete":
        guard let name = EntryName(words.dropFirst()) else { continue }
        begun = [(name, nil)]
      case "purge":
        let tenant = String(words.last ?? "")
        begun = (0..<EntryName.numbers(of: tenant)).map { (EntryName(tenant: tenant, number: $0), nil) }
      case "done":
        for (name, outcome) in begun { expected[name] = [outcome] }
        begun = []
        acknowledged += 1
      case "open": break
      case "saved": wasSaved = true
      default: throw Broken(what: "the process said: \(line)")
      }
    }
    for (name, outcome) in begun { expected[name, default: [nil]].insert(outcome) }
  }

  private func checkDatabase(_ store: Store) throws {
    var findings: [String] = []
    try store.read { transaction in
      try transaction.rows("PRAGMA integrity_check(10)") { row in findings.append(try row.text(0)) }
      try transaction.rows("PRAGMA foreign_key_check") { row in findings.append("foreign key of \(try row.text(0))") }
    }
    guard findings == ["ok"] else { throw Broken(what: "SQLite: \(findings.joined(separator: "; "))") }
  }

  /// Returns the entries that are there, by id.
  private mutating func checkRows(_ store: Store) throws -> [Int64: EntryName] {
    var found: [EntryName: UInt64] = [:]
    var live: [Int64: EntryName] = [:]
    try store.read { transaction in
      try transaction.rows("SELECT id, tenant, answer FROM cache_entry") { row in
        let words = try row.text(2).split(separator: " ")
        guard let name = EntryName(words), let version = words.last.flatMap({ UInt64($0) }), try row.text(1) == name.tenant,
          found.updateValue(version, forKey: name) == nil
        else { throw Broken(what: "an answer is not one that was put, or is there twice: \(try row.text(2))") }
        live[try row.integer(0)] = name
      }
    }
    for (name, outcomes) in expected where !outcomes.contains(found[name]) {
      throw Broken(what: "\(name.words): found \(found[name].map { "\($0)" } ?? "nothing"), expected one of \(outcomes)")
    }
    for name in found.keys where expected[name] == nil { throw Broken(what: "\(name.words) was never put") }
    for name in expected.keys { expected[name] = [found[name]] }
    return live
  }

  /// The graph alone: every vector is the first to be found by itself.
  private mutating func check(_ graph: GraphIndex, _ state: CacheState, _ live: [Int64: EntryName]) throws {
    if case .replaced(let reason) = graph.start { throw Broken(what: "the index began anew: \(reason)") }
    if wasSaved, graph.start != .continued { throw Broken(what: "the index that was saved began as \(graph.start)") }
    try expectWhole(graph, "as it was left")
    try state.follow()
    try expectWhole(graph, "brought up to the log")
    guard graph.count == live.count, !graph.isDamaged else {
      throw Broken(what: "the index has \(graph.count) vectors, the database \(live.count)")
    }
    for (id, name) in live {
      guard let key = name.plan.partition.map({ PartitionKey($0.bytes) }) else { throw Broken(what: "no partition") }
      let matches = try graph.search(partition: key, query: name.embedding.values, count: 10)
      searches += 1
      if matches.first?.id != id { throw Broken(what: "entry \(id), \(name.words), is not found by its own vector") }
      for match in matches where live[match.id]?.tenant != name.tenant {
        throw Broken(what: "entry \(match.id) is found for \(name.words) and is gone or another tenant's")
      }
    }
  }

  /// The cache as a node has it: its index agrees with the database, and every prompt is served its own answer, or none.
  private mutating func checkServing(_ state: CacheState, _ live: [Int64: EntryName], _ now: Timestamp) throws {
    let problems = try state.cache.indexProblems()
    guard problems.isEmpty else { throw Broken(what: "the index: \(problems.prefix(3).joined(separator: "; "))") }
    guard let report = state.cache.indexReport else { throw Broken(what: "there is no index") }
    if wasSaved, report.rebuilt > 0 { throw Broken(what: "the index was filled again with \(report.rebuilt) vectors") }
    let present = Dictionary(uniqueKeysWithValues: live.map { ($1, $0) })
    for name in expected.keys {
      let hit = try state.cache.similar(name.plan, name.embedding, at: now).hit
      searches += 1
      guard hit?.id == present[name] else {
        throw Broken(what: "\(name.words) is entry \(present[name] ?? 0), found was \(hit?.id ?? 0)")
      }
    }
  }

  private func expectWhole(_ index: GraphIndex, _ when: String) throws {
    let broken = index.brokenInvariants()
    if !broken.isEmpty { throw Broken(what: "the index, \(when): \(broken.prefix(3).joined(separator: "; "))") }
  }
}
