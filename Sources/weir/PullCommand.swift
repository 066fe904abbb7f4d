import ArgumentParser
import Dispatch
import Foundation
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirDownload
import WeirFiles

/// `weir models pull`: brings a model file here, whole and checked.
struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Downloads a model file, goes on where it was cut off, and checks its digest.",
    discussion: """
      URL is an https address, or hf:owner/name/file (hf:owner/name@revision/file) for a file of the Hugging Face hub.

      The file grows beside its target as .partial; the same command goes on from there after Ctrl-C, a crash or a \
      dead link. Its SHA-256 is written beside it as .sha256. The file is then opened, and the line for weir.toml \
      printed.

      Exit status: 0 the file is there and this Weir runs it; 1 it is there and this Weir cannot run it; 2 it could not \
      be downloaded; 130 interrupted.
      """)

  @OptionGroup var node: NodeOptions

  @Argument(help: ArgumentHelp("Where the file is.", valueName: "url"))
  var url: String

  @Option(help: ArgumentHelp("The digest that was published; the file is refused if it has another.", valueName: "hex"))
  var sha256: String?

  @Option(help: ArgumentHelp("File or folder to write. Default: models/ in the state folder.", valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp("Name of the environment variable that holds a token for private files.", valueName: "name"))
  var tokenEnv: String?

  @Option(help: ArgumentHelp("What hf: stands for, such as a mirror.", valueName: "url"))
  var hub = DownloadSource.publicHub

  @Flag(help: "Replace a file that is there.")
  var force = false

  @Flag(help: "Progress and result as JSON lines on standard output.")
  var json = false

  func run() async throws {
    try await ProcessExit.reporting {
      let source = try DownloadSource(url, hub: hub)
      let options = try options()
      let folder = try node.load().node.state + "/models"
      let target = try ModelPull.target(of: source, output: output, folder: folder)
      let progress = PullProgress(name: source.fileName, json: json)
      let outcome: Download.Outcome
      do {
        outcome = try await stoppable {
          try await ModelPull.run(source, to: target, options: options) { progress.note($0) }
        }
      } catch let failure as DownloadFailure where failure.kind == .cancelled {
        progress.finish()
        _ = try OutputFile(descriptor: 2, name: "standard error").write("weir: \(failure.message)\n")
        throw ProcessExit.interrupted
      }
      progress.finish()
      let result = PullResult(outcome: outcome, model: ModelDescription(path: outcome.path))
      _ = try OutputFile(descriptor: 1, name: "standard output").write(json ? result.line : result.text)
      if case .runs = result.model.verdict { return }
      throw ProcessExit.someNotAnswered
    }
  }

  private func options() throws -> Download.Options {
    var options = Download.Options(replacesTarget: force)
    if let sha256 {
      guard let digest = SHA256Digest.normalizedHex(sha256) else { throw DownloadFailure.badDigest }
      options.expectedDigest = digest
    }
    if let tokenEnv {
      let value = NodeOptions.environment[tokenEnv] ?? ""
      guard !value.isEmpty, value.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value < 0x7F }) else {
        throw DownloadFailure.missingToken(variable: tokenEnv)
      }
      options.token = Secret(value)
    }
    return options
  }

  /// Runs `work`, which SIGINT and SIGTERM cancel.
  private func stoppable<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let (signals, arrived) = AsyncStream<Void>.makeStream()
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { arrived.yield() }
      source.resume()
      return source
    }
    defer { for source in sources { source.cancel() } }
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        for await _ in signals { break }
        return nil
      }
      while let ended = try await group.next() {
        group.cancelAll()
        if let value = ended { return value }
      }
      preconditionFailure("the work ends with a value or throws")
    }
  }
}
