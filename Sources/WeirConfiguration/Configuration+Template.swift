extension Configuration {
  /// The text of `weir init`: every key with its meaning, and its default behind a `#`.
  ///
  /// Lines of prose begin with `# `, lines of TOML with `#` alone; without their `#` the latter say the defaults and
  /// examples of rules, an answer and a provider.
  package static var commentedTemplate: String {
    var lines = [
      "# Weir's configuration. Every key stands here with its default behind a #; remove the # to change it.",
      "# The same settings can be given as environment variables: WEIR_<SECTION>_<KEY>, as in",
      "# WEIR_ROUTING_ERROR_BUDGET=0.01, which go before this file. Relative paths start from this file's folder.",
    ]
    for (section, meaning) in ConfigurationKey.sections {
      lines += ["", "# \(meaning)", "[\(section)]"]
      for key in ConfigurationKey.all where key.section == section {
        lines += key.meaning.map { "# \($0)" }
        lines.append("#\(key.name) = \(key.standard.literal)")
      }
    }
    lines += [
      "",
      "# Rules for some requests. All conditions of a rule must hold; the first rule that fits counts as a whole. A rule",
      "# with stay_local = true counts wherever it stands, and nothing overrides it: no model that a request names, no",
      "# fallback, no audit, no answer in the background, no queue. It reads the whole conversation.",
      "#[[routing.rules]]", "#name = \"sensitive\"", "#keywords = [\"diagnosis\", \"salary review\"]",
      "#stay_local = true", "#[[routing.rules]]", "#name = \"refunds\"", "#intents = [\"get_refund\"]",
      "#error_budget = 0.005",
      "# Conditions:",
    ]
    lines += ruleKeys(of: Configuration.RouteRule.conditions + ["min_complexity", "max_complexity"])
    lines += ["# What a rule may say:"] + ruleKeys(of: ["stay_local"] + Configuration.RouteRule.effects)
    lines += [
      "", "# What slots of answers are filled with, where it is the same for everybody.", "#[templates.values]",
      "#\"Website URL\" = \"https://example.org\"", "", "#[[templates.answers]]", "#id = \"refund-policy\"",
      "#intent = \"check_refund_policy\"", "#text = \"You can return what you bought within 30 days: {{Website URL}}\"",
    ]
    lines += [
      "", "# How long answers to an intent live; 0s keeps them out of the cache.", "#[cache.intents]",
      "#track_order = \"0s\"", "",
      "# The same by prompt, tenant, intent, model or tag, which must all fit; the first rule with a ttl counts, before",
      "# [cache.intents]. Rules can also tag answers, for weir cache purge --tag.", "#[[cache.rules]]",
      "#match = \"*price*\"", "#ttl = \"1h\"", "#tags = [\"prices\"]",
    ]
    lines += [
      "", "# Remote answerers, one such table each. Without any, prompts that should be sent on wait in the queue.",
    ]
    lines += ["#[[providers]]"] + example(ConfigurationKey.provider)
    lines += ["", "#[[providers.keys]]"] + example(ConfigurationKey.providerKey)
    lines += ["", "#[[providers.prices]]"] + example(ConfigurationKey.price)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func ruleKeys(of names: [String]) -> [String] {
    ConfigurationKey.routeRule.filter { names.contains($0.name) }.map { key in
      "#   \(key.name): \(key.meaning.joined(separator: " "))"
    }
  }

  private static func example(_ keys: [ConfigurationKey]) -> [String] {
    let values = [
      "name": "openai", "base_url": "https://api.openai.com/v1", "api_key_env": "OPENAI_API_KEY",
      "economy": "gpt-4o-mini", "standard": "gpt-4o", "premium": "gpt-4o", "model": "gpt-4o-mini",
      "input_per_million": "0.15", "output_per_million": "0.60", "cached_input_per_million": "0.075",
      "cache_write_per_million": "0.15", "cache_write_1h_per_million": "0.15",
    ]
    let keyValues = ["api_key_env": "OPENAI_API_KEY_2"]
    return keys.flatMap { key in
      let value =
        (key.section == "keys" && ["base_url", "api_key_env"].contains(key.name)
        ? keyValues[key.name] : values[key.name]).map { TypedValue.text($0) } ?? key.standard
      return key.meaning.map { "# \($0)" } + ["#\(key.name) = \(value.literal)"]
    }
  }
}
