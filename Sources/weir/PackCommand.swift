import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles

/// `weir models pack`: a model in the form that the kernels read.
struct PackCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Writes a model in the form that the kernels read, to be mapped without a copy.",
    discussion: """
      FILE is a generator (GGUF), or the draft of one. Without --out the packed model goes to models/packed in the state \
      folder, where Weir looks for it when FILE is configured; that happens by itself at the first start unless \
      models.pack is false, and models of less than 16 MiB are packed in memory instead. With --out the file can be named \
      in the configuration in place of FILE, on hosts with this version of Weir. It answers exactly as FILE does.

      Encoders are not packed: their weights are rounded to 8 bits at each start, from the file as it is. Nor are intents \
      and adapters.

      Examples:
        weir models pack smollm2-135m-q4_0.gguf
        weir models pack smollm2-135m-q4_0.gguf --out smollm2.packed.gguf

      Exit status: 0 packed, or packed before; 2 it cannot be packed or written.
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("The model.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("The file to write; one that is there is replaced only with --force.", valueName: "file"))
  var out: String?

  @Flag(help: "Replace a file that is there.")
  var force = false

  @Flag(help: "The result as a JSON object.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let storage = ModelStorage(try node.load())
      var progress = PackingProgressLine()
      let start = SystemClock.monotonicNanoseconds
      let result = try storage.pack(file, to: out, replaces: force) { done, total in
        progress.show(done, of: total, now: SystemClock.monotonicNanoseconds)
      }
      progress.end()
      let seconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
      _ = try OutputFile(descriptor: 1, name: "standard output").write(
        json ? line(result, seconds) : text(result, seconds))
    }
  }

  private func text(_ result: ModelStorage.PackResult, _ seconds: Double) -> String {
    let done = result.isNew ? "packed in \(seconds.decimals(2)) s" : "was packed before"
    return """
      \(result.path): \(result.bytes) bytes, \(done)
      fingerprint \(result.fingerprint), that of \(file)

      """
  }

  private func line(_ result: ModelStorage.PackResult, _ seconds: Double) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("path", result.path)
    writer.add("bytes", result.bytes)
    writer.add("sha256_of_original", result.fingerprint)
    writer.add("new", result.isNew)
    writer.add("seconds", seconds, decimals: 3)
    writer.endObject()
    return writer.text + "\n"
  }
}

/// How far packing is, on a terminal.
private struct PackingProgressLine {
  private let errors = OutputFile(descriptor: 2, name: "standard error")
  private var lastShown: Int64 = 0
  private var isShown = false

  mutating func show(_ done: Int, of total: Int, now: Int64) {
    guard errors.isTerminal, now - lastShown > 100_000_000 else { return }
    (lastShown, isShown) = (now, true)
    let share = (Double(done) * 100 / Double(max(total, 1))).decimals(0)
    _ = try? errors.write("\r\u{1B}[Kpacking: \(done >> 20) of \(total >> 20) MiB (\(share) %)")
  }

  func end() { if isShown { _ = try? errors.write("\r\u{1B}[K") } }
}

/// `weir models verify`: every byte of every model.
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Reads the models and their packed forms whole and compares their digests.",
    discussion: """
      Starting Weir checks heads, sizes and bounds; files that were read whole before and did not change since are not \
      read again. This reads everything.

      Exit status: 0 all are whole; 2 one is damaged.
      """)

  @OptionGroup var node: NodeOptions

  @Flag(help: "One JSON object a file.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let output = OutputFile(descriptor: 1, name: "standard output")
      var isWhole = true
      for finding in try ModelStorage.verify(node.load()) {
        isWhole = isWhole && finding.problem == nil
        _ = try output.write(json ? line(finding) : "\(finding.problem == nil ? "ok  " : "BAD ")  \(text(finding))\n")
      }
      if !isWhole { throw ProcessExit.cannotStart }
    }
  }

  private func text(_ finding: ModelStorage.Verified) -> String {
    finding.problem ?? "\(finding.path)  \(finding.digest)"
  }

  private func line(_ finding: ModelStorage.Verified) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("path", finding.path)
    writer.add("sha256", finding.digest)
    writer.add("problem", finding.problem)
    writer.endObject()
    return writer.text + "\n"
  }
}
