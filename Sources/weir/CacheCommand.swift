import ArgumentParser

/// `weir cache`: the answers that were given before.
struct CacheCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Looks into the stored answers, explains them, and takes care of them.",
    discussion: """
      Answers are stored by weir route. The exact tier gives one to the same request again, the semantic tier to a \
      request that means the same, after checks. Both keep tenants, settings and conversations apart.

      Try:  weir cache why 'how can I get a refund?'

      Prompts and answers are shown where you ask for them, and never written to a log.
      """,
    subcommands: [
      CacheStatsCommand.self, CacheListCommand.self, CacheShowCommand.self, CacheWhyCommand.self,
      CacheWrongCommand.self, CachePurgeCommand.self, CacheWarmCommand.self, CacheExportCommand.self,
      CacheImportCommand.self, CacheVerifyCommand.self, CacheCompactCommand.self,
    ])
}
