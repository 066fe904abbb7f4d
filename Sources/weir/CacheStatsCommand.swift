import ArgumentParser
import WeirAssembly
import WeirCache
import WeirDomain
import WeirFiles
import WeirLedger
import WeirStore

/// `weir cache stats`: how full the caches are, and what they save.
struct CacheStatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Says how full the cache is, what it answered, and what it saved.")

  @OptionGroup var node: NodeOptions

  @Flag(help: "One JSON object; money in picodollars.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      let text = CacheStatsText(
        inventory: try rows.cache.inventory(at: now), files: rows.files(),
        savings: try rows.store.read { try Ledger.cacheSavings(in: $0) }, now: now)
      _ = try OutputFile(descriptor: 1, name: "standard output").write(json ? text.json + "\n" : text.table)
      try rows.close()
    }
  }
}

/// The same facts for people and for programs.
struct CacheStatsText {
  let inventory: ResponseCache.Inventory
  let files: CacheRows.Files
  let savings: [Tier: Ledger.CacheSaving]
  let now: Timestamp

  private var judged: Int { inventory.confirmed + inventory.refuted }

  var table: String {
    let found = inventory
    var rows: [(String, String)] = []
    rows.append(
      (
        "entries",
        "\(found.entries) of \(found.tenants) tenants, \(found.shared) for prompts that mean the same, "
          + "\(found.expired) expired"
      ))
    let share = found.budget > 0 ? Double(found.budgetBytes) / Double(found.budget) : 0
    rows.append(
      (
        "budget",
        "\(CacheText.bytes(found.budgetBytes)) of \(CacheText.bytes(found.budget)) (\((share * 100).decimals(1)) %) "
          + TextColumn.bar(share, width: 20)
      ))
    rows.append(
      (
        "",
        "texts \(CacheText.bytes(found.textBytes)), vectors \(CacheText.bytes(found.vectorBytes)); the rest is rows, "
          + "indexes and each vector's share of the index file"
      ))
    rows.append(
      (
        "files",
        "weir.sqlite \(CacheText.bytes(Int64(files.database))) (with ledger and queues), its log "
          + "\(CacheText.bytes(Int64(files.log))), index.weir \(CacheText.bytes(Int64(files.index)))"
      ))
    for (encoder, count) in found.vectors.sorted(by: { $0.key < $1.key }) {
      rows.append(("vectors", "\(count) of encoder \(encoder.prefix(12))"))
    }
    rows.append(("index", "\(found.loggedChanges) changes in its log, kept until its next checkpoint"))
    for tier in [Tier.exact, .semantic] {
      let (answers, saved) = (savings[tier]?.answers ?? 0, savings[tier]?.saved ?? .zero)
      rows.append(
        (tier == .exact ? "answered" : "", "\(answers) by the \(tier.rawValue) tier, saved \(saved)"))
    }
    for tier in Tier.allCases {
      guard let count = found.tiers[tier] else { continue }
      rows.append(
        (
          "given by",
          "\(tier.rawValue): \(count.entries) entries, served \(count.hits) times, \(count.similarHits) of them by meaning"
        ))
    }
    rows.append(
      (
        "left",
        "\(counter("evicted")) evicted for room, \(counter("expired")) expired, \(counter("wrong")) called wrong"
      ))
    rows.append(
      (
        "judged",
        judged == 0
          ? "no hit was judged yet, so nothing is known of false hits"
          : "\(judged) hits, \(found.refuted) of them wrong (\((Double(found.refuted) * 100 / Double(judged)).decimals(2)) %)"
      ))
    rows.append(("must miss", "\(found.misses) pairs of prompts"))
    return rows.map { TextColumn.padded($0.0, 11) + $0.1 + "\n" }.joined()
  }

  private func counter(_ name: String) -> Int64 { inventory.counters[name] ?? 0 }

  var json: String {
    let found = inventory
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("entries", found.entries)
    writer.add("expired", found.expired)
    writer.add("shared", found.shared)
    writer.add("tenants", found.tenants)
    writer.add("tags", found.tags)
    writer.beginObject("bytes")
    writer.add("budget", found.budget)
    writer.add("counted", found.budgetBytes)
    writer.add("texts", found.textBytes)
    writer.add("vectors", found.vectorBytes)
    writer.add("database_file", files.database)
    writer.add("log_file", files.log)
    writer.add("index_file", files.index)
    writer.endObject()
    writer.beginObject("vectors")
    for (encoder, count) in found.vectors.sorted(by: { $0.key < $1.key }) { writer.add(encoder, count) }
    writer.endObject()
    writer.add("logged_changes", found.loggedChanges)
    writer.beginObject("answered")
    for tier in [Tier.exact, .semantic] {
      writer.beginObject(tier.rawValue)
      writer.add("answers", savings[tier]?.answers ?? 0)
      writer.add("saved_picodollars", savings[tier]?.saved.picodollars ?? 0)
      writer.endObject()
    }
    writer.endObject()
    writer.beginObject("tiers")
    for (tier, count) in found.tiers.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      writer.beginObject(tier.rawValue)
      writer.add("entries", count.entries)
      writer.add("hits", count.hits)
      writer.add("similar_hits", count.similarHits)
      writer.endObject()
    }
    writer.endObject()
    writer.beginObject("counters")
    for (name, value) in found.counters.sorted(by: { $0.key < $1.key }) { writer.add(name, value) }
    writer.endObject()
    writer.beginObject("judged")
    writer.add("right", found.confirmed)
    writer.add("wrong", found.refuted)
    writer.add("must_miss", found.misses)
    writer.endObject()
    writer.add("oldest", found.oldest?.milliseconds)
    writer.add("newest", found.newest?.milliseconds)
    writer.endObject()
    return writer.text
  }
}
