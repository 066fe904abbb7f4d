internal import WeirDomain

/// The keys of `[budget]`.
extension ConfigurationKey {
  static let budget: [ConfigurationKey] = [
    .init(
      "budget", "confidence", .decimal(0.5...1, open: true), .decimal(0.9),
      "How sure it is that routing.error_budget is kept: at 0.9 a threshold that labelled answers prove breaks it with a",
      "chance of at most 10 %. More sureness needs more labels."),
    .init(
      "budget", "rederive", .duration(1...2_592_000), .text("1m"),
      "How soon new labels (weir review import) change the thresholds and are seen by the monitor."),
    .init(
      "budget", "compare", .boolean, .boolean(false),
      "Whether audited local answers are also asked of a remote model, in the background, so that a reviewer sees both.",
      "What must stay on this host is not asked."),
    .init(
      "budget", "background_per_minute", .integer(1...100_000), .integer(60),
      "Most remote answers a minute in the background: those of compare and of mode = \"answer_and_escalate\"."),
    .init(
      "budget", "background_cost_per_day", .decimal(0...1_000_000), .decimal(1),
      "Dollars a day (UTC) after which no more of them are asked for until the next day."),
    .init(
      "budget", "background_time", .duration(0...86_400), .text("10s"),
      "How long weir route goes on with them after its last prompt; what is left is done by the next run."),
    .init(
      "budget", "shadow", .path, .text(""),
      "A configuration file whose [routing] decides every prompt too, without acting: weir budget compares the two."),
  ]
}

extension Configuration {
  /// How the error budget is watched and audited.
  package struct Budget: Sendable, Hashable {
    /// 0.5 < x < 1.
    package var confidence: Double
    package var rederiveSeconds: Int
    package var compare: Bool
    package var backgroundPerMinute: Int
    /// In dollars.
    package var backgroundCostPerDay: Double
    package var backgroundSeconds: Int
    /// A configuration file; nil where there is no shadow.
    package var shadow: String?

    init(_ settings: TypedSettings, _ paths: PathResolver) throws(ConfigurationFailure) {
      confidence = settings.decimal("budget.confidence")
      rederiveSeconds = settings.integer("budget.rederive")
      compare = settings.boolean("budget.compare")
      backgroundPerMinute = settings.integer("budget.background_per_minute")
      backgroundCostPerDay = settings.decimal("budget.background_cost_per_day")
      backgroundSeconds = settings.integer("budget.background_time")
      shadow = try paths.path("budget.shadow")
    }
  }
}
