import ArgumentParser
import WeirAssembly
import WeirConfiguration
import WeirDomain
import WeirFiles
import WeirLedger
import WeirRouting
import WeirStore

/// `weir budget`: is the error budget kept.
struct BudgetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget", abstract: "Shows whether the error budget is kept: thresholds, monitor, audits.",
    subcommands: [Show.self, Reset.self], defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows thresholds with what they stand on, the monitor's evidence, and rates estimated from audits.",
      discussion: """
        A threshold stands on the first of these that is there: reviewed answers of this node that prove it, the labelled \
        rows of the models, 1 - error_budget as typed, the two bands. Bound is the largest share of wrong answers that \
        such evidence leaves possible. The monitor gives the alarm when its evidence reaches the number behind "of"; it \
        may be looked at as often as you like.

        Rates come from labelled samples, each weighed by the inverse of the probability it was drawn with; a rate \
        without labels enough is called unknown. Over-routing: prompts that were sent on although the local answer would \
        have been right, which only a label that names the intent, or one of the other answer, can tell.

        Examples:
          weir budget
          weir budget --since 2026-01-01 --json
          weir budget reset --tenant shop --intent track_order
        """)

    @OptionGroup var node: NodeOptions

    @Option(help: ArgumentHelp("Rates and traffic from this day on (UTC).", valueName: "yyyy-mm-dd"))
    var since: CalendarDay?

    @Flag(help: "One JSON object; shares are of 1, times in nanoseconds.")
    var json = false

    func run() async throws {
      try await ProcessExit.reporting {
        let configuration = try node.load()
        let store = try Node.openExistingStore(configuration)
        let operation = try Node.budgetOperation(configuration, environment: NodeOptions.environment)
        guard let keeper = operation.keeper else { preconditionFailure("a node keeps its budget") }
        let report = try BudgetReport.make(keeper, shadow: operation.shadow, from: store, since: since?.start)
        try store.close()
        _ = try OutputFile(descriptor: 1, name: "standard output").write(
          json ? report.json + "\n" : BudgetText.table(report))
      }
    }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "reset", abstract: "Ends an alarm: what was reviewed before counts no more.",
      discussion: """
        For when the cause is mended. Without --tenant and --intent everybody's alarm is ended; those of single intents \
        stay. A running weir sees it within budget.rederive.
        """)

    @OptionGroup var node: NodeOptions

    @Option(help: "The tenant whose alarm it is.")
    var tenant: String?

    @Option(help: "The intent whose alarm it is, with --tenant.")
    var intent: String?

    func validate() throws {
      if (tenant == nil) != (intent == nil) { throw ValidationError("--tenant and --intent go together.") }
    }

    func run() async throws {
      try await ProcessExit.reporting {
        let configuration = try node.load()
        let store = try Node.openExistingStore(configuration)
        let operation = try Node.budgetOperation(configuration, environment: NodeOptions.environment)
        guard let head = operation.keeper?.head else { preconditionFailure("a node keeps its budget") }
        let now = Timestamp(milliseconds: SystemClock.utcMilliseconds)
        let ended = try store.write { transaction in
          let states = try BudgetLog.states(head: head, in: transaction).filter {
            $0.level > 0 && $0.scope.tenant == tenant && $0.scope.intent == intent
          }
          for state in states { try BudgetLog.reset(state.scope, head: head, at: now, in: transaction) }
          return states.count
        }
        try store.close()
        _ = try OutputFile(descriptor: 1, name: "standard output").write(
          ended == 0 ? "there is no such alarm; weir budget shows those that are\n" : "\(ended) ended\n")
      }
    }
  }
}
