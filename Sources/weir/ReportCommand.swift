import ArgumentParser
import WeirAssembly
import WeirDomain
import WeirFiles
import WeirLedger
import WeirStore

/// `weir report`: what the ledger says.
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Shows spend, savings, who answered, and how long the steps took.",
    discussion: """
      Savings are measured against the premium model of the price list: what the same tokens would have cost there.

      Examples:
        weir report
        weir report --by tenant --since 2026-01-01
        weir report --by day --json
      """)

  @OptionGroup var node: NodeOptions

  @Option(help: "Split by tier, tenant, user, feature, experiment, intent, model or day.")
  var by: ReportDimension?

  @Option(help: ArgumentHelp("From this day on (UTC).", valueName: "yyyy-mm-dd"))
  var since: CalendarDay?

  @Option(help: ArgumentHelp("Up to this day, which does not count (UTC).", valueName: "yyyy-mm-dd"))
  var until: CalendarDay?

  @Option(help: ArgumentHelp("Groups shown by name; the rest are summed up.", valueName: "n"))
  var limit = 20

  @Flag(help: "One JSON object; money in picodollars, times in nanoseconds.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(limit) else { throw ValidationError("--limit \(limit) is not from 1 to 10000.") }
  }

  func run() async throws {
    try await ProcessExit.reporting {
      let configuration = try node.load()
      let store = try Node.openExistingStore(configuration)
      let query = LedgerReport.Query(
        dimension: by, since: since?.start, until: until?.start, groupLimit: limit)
      let report = try LedgerReport.make(query, from: store)
      let output = OutputFile(descriptor: 1, name: "standard output")
      let columns = OutputFile.terminalColumns(of: 1) ?? 100
      _ = try output.write(json ? report.json() + "\n" : report.table(width: columns))
      if !json {
        let alarms = try Node.budgetAlarms(configuration, environment: NodeOptions.environment, from: store)
        for alarm in alarms { _ = try output.write("\nalarm: \(alarm)\n") }
      }
      try store.close()
    }
  }
}

extension ReportDimension: ExpressibleByArgument {}

extension CalendarDay: ExpressibleByArgument {
  init?(argument: String) { self.init(argument) }
}
