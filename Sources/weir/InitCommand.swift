import ArgumentParser
import Foundation
import WeirAssembly
import WeirConfiguration
import WeirFiles

/// `weir init`: a configuration file to start from.
struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Writes a configuration file in which every setting is explained and commented out.",
    discussion: "Weir runs without any file; this one shows what can be changed.")

  @Option(help: ArgumentHelp("Where to write it; - is standard output.", valueName: "file"))
  var config: String?

  @Flag(help: "Replace a file that is there.")
  var force = false

  func run() async throws {
    try await ProcessExit.reporting {
      let output = OutputFile(descriptor: 1, name: "standard output")
      if config == "-" {
        _ = try output.write(Configuration.commentedTemplate)
        return
      }
      guard let path = config ?? Configuration.userFile(environment: NodeOptions.environment) else {
        throw StartFailure.noHome
      }
      if !force, FileManager.default.fileExists(atPath: path) { throw StartFailure.exists(path: path) }
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      try AtomicFile.write(Array(Configuration.commentedTemplate.utf8), to: path)
      _ = try output.write("wrote \(path); check it with weir doctor\n")
    }
  }
}
