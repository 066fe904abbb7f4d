import ArgumentParser
import WeirAssembly
import WeirCache
import WeirConfiguration
import WeirDomain
import WeirFiles

/// `weir cache purge`: entries that are no longer wanted.
struct CachePurgeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge", abstract: "Deletes stored answers.",
    discussion: """
      Say which; all conditions must hold. Nothing is asked: --dry-run counts without deleting. The room in the file is \
      used again by new answers, or given back by weir cache compact.

      Examples:
        weir cache purge --tag source:guides/refunds.md
        weir cache purge --match '*price*' --tenant shop --dry-run
        weir cache purge --expired
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var selection: CacheSelectionOptions

  @Flag(help: "Every entry; needs no other condition.")
  var all = false

  @Flag(help: "Only count.")
  var dryRun = false

  @Flag(help: "One JSON object.")
  var json = false

  func validate() throws {
    let isEverything = selection.selection.isEverything
    if isEverything, !all {
      throw ValidationError("Say which entries: --id, --tag, --match, --tenant, --tier, --expired, --live, or --all.")
    }
    if all, !isEverything { throw ValidationError("--all goes with no other condition.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let purged = try rows.cache.purge(
        selection.selection, isDryRun: dryRun, at: Timestamp(milliseconds: SystemClock.utcMilliseconds))
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("entries", purged.entries)
      writer.add("bytes", purged.bytes)
      writer.add("dry_run", dryRun)
      writer.endObject()
      let verb = dryRun ? "would be deleted" : "deleted"
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json
          ? writer.text + "\n"
          : "\(purged.entries) \(purged.entries == 1 ? "entry" : "entries") of \(CacheText.bytes(purged.bytes)) \(verb)\n"
      )
      try rows.close()
    }
  }
}

/// `weir cache wrong`: an answer that should not have been given.
struct CacheWrongCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wrong", abstract: "Deletes an answer that was wrong, and remembers it.",
    discussion: """
      With --prompt the answer was wrong for that prompt: the two prompts never share an answer again, also when it is \
      stored anew, and the semantic tier grows stricter around it. Without, it was wrong for its own prompt: the very same \
      answer is not stored for it again.

      Examples:
        weir cache wrong --id 12 --prompt 'turn the lights on'
        weir cache wrong --id 12 --prompt - < prompt.txt
      """)

  @OptionGroup var node: NodeOptions

  @Option(
    help: ArgumentHelp("The entry that was given; weir route --explain and weir cache why name it.", valueName: "n"))
  var id: Int64

  @Option(help: ArgumentHelp("The prompt that got it; - reads it from standard input.", valueName: "text"))
  var prompt: String?

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      var asked = prompt
      if prompt == "-" { asked = try StandardPrompt.read(mostBytes: configuration.limits.maxPromptBytes) }
      if let asked, asked.allSatisfy(\.isWhitespace) {
        throw StartFailure.badPrompt(
          reason: "it is empty; leave --prompt out where the answer is wrong for its own prompt")
      }
      let rows = try CacheRows(configuration)
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      guard let found = try rows.cache.markWrong(id, asked: asked, at: now) else {
        throw StartFailure.noCacheEntry(id: id)
      }
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        found.isPair
          ? "entry \(id) is deleted, and the two prompts share no answer again\n"
          : "entry \(id) is deleted, and this answer is not stored for its prompt again\n")
      try rows.close()
    }
  }
}

/// A prompt of several lines on standard input.
enum StandardPrompt {
  static func read(mostBytes: Int) throws -> String {
    let reader = LineReader(descriptor: 0, name: "standard input", maximumBytes: mostBytes)
    var lines: [String] = []
    var count = 0
    while let line = try reader.next() {
      guard case .bytes(let bytes) = line, let text = String(validating: bytes, as: UTF8.self) else {
        throw StartFailure.badPrompt(reason: "it is not UTF-8, or longer than \(mostBytes) bytes")
      }
      count += bytes.count + 1
      guard count <= mostBytes + 1 else {
        throw StartFailure.badPrompt(reason: "it is longer than \(mostBytes) bytes")
      }
      lines.append(text)
    }
    return lines.joined(separator: "\n")
  }
}
