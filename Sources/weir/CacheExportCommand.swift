import ArgumentParser
import WeirAssembly
import WeirCache
import WeirDomain
import WeirFiles

/// `weir cache export`: the cache as JSON lines.
struct CacheExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes stored answers as JSON lines that weir cache import reads.",
    discussion: """
      The first line says the version. Without conditions, the pairs of prompts that must miss and the judged hits go with \
      the entries. The file holds prompts and answers: keep it as you keep the state folder.

      Example:
        weir cache export --live > cache.jsonl
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var selection: CacheSelectionOptions

  @Flag(inversion: .prefixedNo, help: "Write the vectors too; without them only equal requests find the answers.")
  var vectors = true

  func run() async throws {
    try await ProcessExit.reporting {
      let rows = try CacheRows(node.load())
      let output = OutputFile(descriptor: 1, name: "standard output")
      var buffer: [UInt8] = []
      var isOpen = true
      let count = try rows.cache.export(
        selection.selection, withVectors: vectors, at: Timestamp(milliseconds: SystemClock.utcMilliseconds)
      ) { line in
        buffer += Array(line.utf8) + [UInt8(ascii: "\n")]
        if buffer.count > 1 << 16 {
          isOpen = try output.write(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
        return isOpen
      }
      if isOpen { _ = try output.write(buffer) }
      _ = try? OutputFile(descriptor: 2, name: "standard error").write("weir: \(count) entries written\n")
      try rows.close()
    }
  }
}

/// `weir cache import`: the lines that `export` wrote.
struct CacheImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Reads stored answers that weir cache export wrote.",
    discussion: """
      Lines that are broken, expired, or older than what is there are skipped with their reason. Vectors of another \
      encoder are left out: those answers are found by equal requests only. Exit status 1: some lines were broken.

      Example:
        weir cache import < cache.jsonl
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The file; without one, standard input.", valueName: "file"))
  var file: String?

  @Flag(help: "One JSON object.")
  var json = false

  /// Refusals that are no fault of the file.
  private static let harmless: Set<String> = ["expired", "there_already", "known_wrong", "too_large", "no_room"]

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let reader =
        try file.map { try LineReader(path: $0, maximumBytes: CacheArchive.longestLine) }
        ?? LineReader(descriptor: 0, name: "standard input", maximumBytes: CacheArchive.longestLine)
      // A file of another kind is refused before a state folder is made for it.
      guard case .bytes(let header)? = try reader.next() else { throw CacheFailure.notAnArchive }
      try CacheArchive.check(header: header)
      let rows = try CacheRows(configuration, creates: true, withEncoder: true)
      let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
      var result = ResponseCache.Import(dimension: rows.encoder?.dimension)
      var batch: [(number: Int, bytes: [UInt8])] = []
      var (number, bytes) = (1, 0)
      while let line = try reader.next() {
        number += 1
        // A line that is too long is none: its own text is not kept.
        if case .bytes(let text) = line { batch.append((number, text)) } else { batch.append((number, [])) }
        bytes += batch.last?.bytes.count ?? 0
        if batch.count == ResponseCache.importBatch || bytes > 8 << 20 {
          try rows.cache.take(batch, into: &result, at: now)
          (batch, bytes) = ([], 0)
        }
      }
      try rows.cache.take(batch, into: &result, at: now)
      _ = try OutputFile(descriptor: 1, name: "standard output").write(json ? line(result) : table(result))
      try rows.close()
      if result.skipped.keys.contains(where: { !Self.harmless.contains($0) }) { throw ProcessExit.someNotAnswered }
    }
  }

  private func table(_ result: ResponseCache.Import) -> String {
    var rows = [
      "\(result.entries) entries taken, \(result.replaced) of them in place of older ones; \(result.misses) pairs that must "
        + "miss, \(result.evidence) judged hits"
    ]
    if result.withoutVector > 0 {
      rows.append("\(result.withoutVector) without a vector of this encoder: equal requests only")
    }
    for (code, count) in result.skipped.sorted(by: { $0.key < $1.key }) { rows.append("\(count) skipped: \(code)") }
    rows += result.named.map { "line \($0.line): \($0.message)" }
    return rows.joined(separator: "\n") + "\n"
  }

  private func line(_ result: ResponseCache.Import) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("entries", result.entries)
    writer.add("replaced", result.replaced)
    writer.add("must_miss", result.misses)
    writer.add("judged", result.evidence)
    writer.add("without_vector", result.withoutVector)
    writer.beginObject("skipped")
    for (code, count) in result.skipped.sorted(by: { $0.key < $1.key }) { writer.add(code, count) }
    writer.endObject()
    writer.endObject()
    return writer.text + "\n"
  }
}
