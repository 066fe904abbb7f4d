import ArgumentParser
import WeirAssembly
import WeirCache
import WeirDomain
import WeirFiles

/// `weir cache list`: the stored prompts, newest first.
struct CacheListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists stored answers, newest first.",
    discussion: """
      Examples:
        weir cache list --match '*refund*' --live
        weir cache list --tag source:guides/refunds.md --json | jq .answer
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var selection: CacheSelectionOptions

  @Option(help: ArgumentHelp("At most this many.", valueName: "n"))
  var limit = 50

  @Flag(help: "One JSON object an entry, with its answer.")
  var json = false

  func validate() throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit \(limit) is not from 1 to 1000000.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      let output = OutputFile(descriptor: 1, name: "standard output")
      let width = OutputFile.terminalColumns(of: 1) ?? 160
      var isFirst = true
      try rows.cache.visit(selection.selection, limit: limit, at: now) { entry in
        if isFirst, !json { _ = try output.write(CacheText.listHeader) }
        isFirst = false
        return try output.write(json ? CacheText.json(entry) + "\n" : CacheText.row(entry, at: now, width: width))
      }
      if isFirst, !json { _ = try output.write("no entry fits\n") }
      try rows.close()
    }
  }
}

/// `weir cache show`: one entry with everything that is stored of it.
struct CacheShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one stored answer with its prompt, tags, hits, expiry and evidence.")

  @OptionGroup var node: NodeOptions

  @Option(help: ArgumentHelp("The entry, as weir cache list numbers it.", valueName: "n"))
  var id: Int64

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      guard let entry = try rows.cache.entry(id, at: now) else { throw StartFailure.noCacheEntry(id: id) }
      let evidence = try rows.cache.evidence(of: entry.digest)
      let misses = try rows.cache.misses(of: entry.digest)
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json
          ? CacheText.json(entry, evidence: evidence, misses: misses) + "\n"
          : CacheText.detail(entry, evidence: evidence, misses: misses, at: now))
      try rows.close()
    }
  }
}
