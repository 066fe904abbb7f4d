import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles

/// `weir doctor`: is this node in order, and if not, what to do.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks at processor, configuration, models, state, disk and providers, and says what to fix.",
    discussion: "Exit status: 0 nothing is broken (warnings may be there), 2 something is.")

  @OptionGroup var node: NodeOptions

  @Flag(help: "One JSON object a finding.")
  var json = false

  @Flag(help: "Also list every setting with its value and where it came from.")
  var settings = false

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let output = OutputFile(descriptor: 1, name: "standard output")
      let findings = await Checkup(configuration, environment: NodeOptions.environment).run()
      for finding in findings {
        _ = try output.write(json ? line(finding) : text(finding))
      }
      if settings { _ = try output.write(configuration.describe()) }
      if findings.contains(where: { $0.verdict == .bad }) { throw ProcessExit.cannotStart }
    }
  }

  private func text(_ finding: Checkup.Finding) -> String {
    let mark =
      switch finding.verdict {
      case .good: "ok  "
      case .warning: "note"
      case .bad: "BAD "
      }
    let padding = String(repeating: " ", count: max(18 - finding.subject.count, 1))
    return "\(mark)  \(finding.subject)\(padding)\(finding.text)\n"
  }

  private func line(_ finding: Checkup.Finding) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("subject", finding.subject)
    writer.add("verdict", finding.verdict.rawValue)
    writer.add("text", finding.text)
    writer.endObject()
    return writer.text + "\n"
  }
}
