import ArgumentParser
import Foundation
import WeirAssembly
import WeirConfiguration

/// The options of every command that needs the configuration.
struct NodeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
  var config: String?

  @Option(help: ArgumentHelp("The folder for the database; created when it is missing.", valueName: "dir"))
  var state: String?

  @Option(help: ArgumentHelp("A folder with bundle.json instead of the models inside the binary.", valueName: "dir"))
  var models: String?

  func validate() throws {
    for (name, value) in [("--config", config), ("--state", state), ("--models", models)] where value == "" {
      throw ValidationError("\(name) must not be empty.")
    }
  }

  static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// File, environment and these flags together.
  func load(jobs: Int? = nil) throws -> Configuration {
    var flags: [Configuration.Flag] = []
    if let state { flags.append(.init(key: "node.state", value: state, name: "--state")) }
    if let models { flags.append(.init(key: "models.bundle", value: models, name: "--models")) }
    if let jobs { flags.append(.init(key: "limits.jobs", value: String(jobs), name: "--jobs")) }
    return try Configuration.load(path: config, environment: NodeOptions.environment, flags: flags)
  }
}
