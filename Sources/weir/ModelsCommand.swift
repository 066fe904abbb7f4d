import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles

/// `weir models`: what is loaded, and what could be.
struct ModelsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Shows the models that would answer, and brings others here.",
    subcommands: [List.self, PullCommand.self, PackCommand.self, VerifyCommand.self],
    defaultSubcommand: List.self)

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Lists the bundle's files with size, origin and digest.")

    @OptionGroup var node: NodeOptions

    @Flag(help: "One JSON object a model.")
    var json = false

    func run() async throws {
      try await ProcessExit.reporting {
        let bundle = try ModelBundle(node.load())
        let output = OutputFile(descriptor: 1, name: "standard output")
        if !json { _ = try output.write("bundle \(bundle.name), version \(bundle.version)\n") }
        for (name, part) in bundle.parts {
          let digest = try part.verifiedDigest()
          _ = try output.write(
            json
              ? line(name, part, digest, bundle)
              : "\(pad(name, 10))\(pad(part.origin.rawValue, 12))\(pad("\(part.region.count)", 12))\(digest)\n")
        }
        if let problem = bundle.generatorProblem() {
          _ = try output.write(json ? problemLine(problem) : "generator cannot run: \(problem)\n")
        }
      }
    }

    private func pad(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(width - text.count, 1))
    }

    private func problemLine(_ problem: String) -> String {
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("model", "generator")
      writer.add("problem", problem)
      writer.endObject()
      return writer.text + "\n"
    }

    private func line(_ name: String, _ part: ModelBundle.Part, _ digest: String, _ bundle: ModelBundle) -> String {
      var writer = JSONWriter()
      writer.beginObject()
      writer.add("model", name)
      writer.add("origin", part.origin.rawValue)
      writer.add("place", part.place)
      writer.add("bytes", part.region.count)
      writer.add("sha256", digest)
      writer.add("bundle", bundle.name)
      writer.add("version", bundle.version)
      writer.endObject()
      return writer.text + "\n"
    }
  }
}
