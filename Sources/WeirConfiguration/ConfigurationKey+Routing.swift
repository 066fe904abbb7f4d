/// The plain keys of `[routing]` and `[complexity]`; the rules are read by `Configuration.RouteRule`.
extension ConfigurationKey {
  static let remoteTiers = ["economy", "standard", "premium"]
  static let modes = ["escalate", "answer_and_escalate", "never"]
  static let strategies = ["balanced", "cost", "latency", "utility"]
  /// An hour.
  private static let longestLatency = 3_600_000

  static let routing: [ConfigurationKey] = [
    .init(
      "routing", "error_budget", .decimal(0...0.5, open: true), .decimal(0.02),
      "Share of wrong local answers that you accept: 0.02 is 2 %. The confidence that a local answer needs follows from",
      "labelled prompts, where there are enough: those of the models, and those that people reviewed on this node.",
      "Without them it is 1 - error_budget if you set one here, and answers below 1 - error_budget / 2 are also kept for",
      "review; if you set none, answers from 0.8 on are given and those below 0.95 kept for review: without labels, a",
      "budget below 0.2 that you set is stricter than none."),
    .init(
      "routing", "review_probability", .decimal(0...1), .decimal(1), "Share of the review band that is kept, 0 to 1."),
    .init(
      "routing", "audit_probability", .decimal(0...1), .decimal(0.01),
      "Share of the confident answers, and of the escalated ones, that is kept too, 0 to 1."),
    .init(
      "routing", "out_of_scope_threshold", .decimal(0...1), .decimal(0.5),
      "Prompts with a higher out-of-scope score are never answered locally, 0 to 1."),
    .init(
      "routing", "mode", .choice(modes), .text("escalate"),
      "What becomes of a prompt whose local answer is not good enough: \"escalate\" asks a remote model,",
      "\"answer_and_escalate\" gives the local answer at once and asks a remote model in the background, for labels and",
      "the cache, \"never\" asks no remote model, whatever a request names."),
    .init(
      "routing", "strategy", .choice(strategies), .text("balanced"),
      "Which remote model is asked first: \"balanced\" takes the tier that the complexity asks for, and in it what is cheap",
      "and fast; \"cost\" the cheapest of that tier and the abler ones; \"latency\" the one that was fastest lately;",
      "\"utility\" the one that is worth most by the three weights below, whatever its tier."),
    .init(
      "routing", "quality_weight", .decimal(0...100), .decimal(1),
      "For \"utility\": what the quality that a tier is taken to have at the prompt's complexity counts for,"),
    .init(
      "routing", "money_weight", .decimal(0...100), .decimal(0.3),
      "what its price counts for, as a share of the dearest,"),
    .init(
      "routing", "latency_weight", .decimal(0...100), .decimal(0.1),
      "and what its time counts for, as a share of the slowest."
    ),
    .init(
      "routing", "latency_budget_ms", .integer(0...longestLatency), .integer(0),
      "Remote models of which more than one answer in twenty took longer lately are asked after the others; 0 is no budget.",
      "A request's own deadline_ms is strict: a model that would miss it more often than not is not asked."),
    .init(
      "routing", "ensemble", .texts, .texts([]),
      "Two of \"generator\", \"economy\", \"standard\" that are asked together where one of them would be asked alone: their",
      "answer is given where they agree, else an abler tier is asked. Empty: one is enough."),
    .init(
      "routing", "default_remote_tier", .choice(remoteTiers), .text("standard"),
      "Remote tier of prompts that are neither simple nor complex."),
    .init(
      "routing", "premium_complexity", .decimal(0...1), .decimal(0.5), "From this complexity on: premium, 0 to 1."),
    .init(
      "routing", "economy_complexity", .decimal(0...1), .decimal(0.25), "Up to this complexity: economy, 0 to 1."),
    .init(
      "routing", "when_offline", .choice(Configuration.WhenOffline.allCases.map(\.rawValue)), .text("defer"),
      "What happens to a prompt that should be sent on when no remote answers: \"defer\" keeps it in a durable queue,",
      "\"local\" gives the local answer in spite of its confidence, \"error\" gives an error."),
    .init(
      "routing", "outage", .texts, .texts([]),
      "The same in steps, tried in order; [] is what when_offline says. Such as",
      "[\"smaller\", \"stale\", \"defer\"]: a cheaper tier, an expired cached answer (cache.stale), then the queue.",
      "\"local\" and \"error\" as above."),
  ]

  static let complexity: [ConfigurationKey] = [
    .init(
      "complexity", "length", .decimal(0...100), .decimal(0.3),
      "What each factor counts for; only their ratios matter, and 0 leaves one out. Each factor grows from 0 to 1.",
      "length: the prompt's tokens, 1 from 256 on."),
    .init(
      "complexity", "reasoning", .decimal(0...100), .decimal(0.25),
      "reasoning: words such as why, compare, prove, calculate; more questions than one; many sentences."),
    .init(
      "complexity", "domain", .decimal(0...100), .decimal(0.15),
      "domain: terms of a trade (law, medicine, finance, software, and those below), numbers, code."),
    .init(
      "complexity", "context", .decimal(0...100), .decimal(0.15),
      "context: the conversation before the prompt, 1 from 1024 tokens on, and lists in the prompt."),
    .init(
      "complexity", "output", .decimal(0...100), .decimal(0.15),
      "output: max_tokens, 1 from 1024 on; without it words such as essay, detailed, table, program."),
    .init("complexity", "domain_terms", .texts, .texts([]), "More words of your own trade, in any case."),
  ]

  /// The keys of one `[[routing.rules]]`.
  static let routeRule: [ConfigurationKey] = [
    .init("routing.rules", "name", .text, .text(""), "What traces call it."),
    .init(
      "routing.rules", "keywords", .texts, .texts([]),
      "One of these words or phrases stands in the prompt, in any case."),
    .init(
      "routing.rules", "match", .text, .text(""),
      "Fits the prompt: \"*\" is any text, \"?\" one character; case is the same."),
    .init(
      "routing.rules", "entities", .texts, .texts([]),
      "A value of one of these kinds stands in the prompt, such as \"email\" or \"account_number\"."),
    .init("routing.rules", "intents", .texts, .texts([]), "One of these intents, or \"out_of_scope\"."),
    .init("routing.rules", "tenants", .texts, .texts([]), "One of these tenants."),
    .init("routing.rules", "features", .texts, .texts([]), "One of these features, as requests name them."),
    .init("routing.rules", "min_complexity", .decimal(0...1), .decimal(0), "At least this complex, 0 to 1."),
    .init("routing.rules", "max_complexity", .decimal(0...1), .decimal(1), "At most this complex, 0 to 1."),
    .init(
      "routing.rules", "stay_local", .boolean, .boolean(false),
      "Nothing of it leaves this host; its texts are looked for in all that would be sent."),
    .init(
      "routing.rules", "tier", .choice(["template", "generator"] + remoteTiers), .text("standard"),
      "Who is asked first,"),
    .init("routing.rules", "model", .text, .text(""), "or which remote model."),
    .init("routing.rules", "mode", .choice(modes), .text("escalate"), "As routing.mode,"),
    .init("routing.rules", "strategy", .choice(strategies), .text("balanced"), "routing.strategy,"),
    .init(
      "routing.rules", "latency_budget_ms", .integer(1...longestLatency), .integer(1000), "routing.latency_budget_ms,"),
    .init("routing.rules", "ensemble", .texts, .texts([]), "routing.ensemble,"),
    .init("routing.rules", "error_budget", .decimal(0...0.5, open: true), .decimal(0.02), "routing.error_budget."),
    .init(
      "routing.rules", "threshold", .decimal(0...1), .decimal(1), "The confidence itself that a local answer needs."),
  ]
}
