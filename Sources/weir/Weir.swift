import ArgumentParser
import WeirFiles

/// The command line: one file a command.
@main
struct Weir: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Answers prompts at the edge: from a cache, from a small local model, or from a remote one.",
    discussion: """
      Each prompt is classified with a calibrated confidence. What is likely enough to be right is answered here; \
      only the rest is sent to a remote model, or waits in a durable queue while the link is down.

      Try:  echo 'how can I get a refund?' | weir route --explain

      Exit status: 0 all answered; 1 some not answered; 2 configuration, model or state; 64 usage; 130 interrupted.
      """,
    version: release,
    subcommands: [
      RouteCommand.self, DeferredCommand.self, CacheCommand.self, ReportCommand.self, BudgetCommand.self,
      ReviewCommand.self,
      EvalCommand.self, TrainCommand.self, ModelsCommand.self, EmbedCommand.self, ClassifyCommand.self,
      DocumentsCommand.self, DoctorCommand.self, InitCommand.self, EntitiesCommand.self, BenchCommand.self,
      CacheBenchCommand.self, IndexBenchCommand.self,
    ])

  static let release = "0.1.0"

  static func main() async {
    OutputFile.ignoreBrokenPipes()
    await main(nil)
  }
}
