package import WeirDomain

extension LedgerReport {
  /// Adds the report to `writer` as one object.
  ///
  /// Money is integer picodollars; latencies are nanoseconds at p50, p95 and p99; a group whose `name` is null
  /// collects events without a value of the dimension.
  package func write(to writer: inout JSONWriter, name: String? = nil) {
    writer.beginObject(name)
    writer.add("by", query.dimension?.rawValue)
    writer.add("since", query.since?.milliseconds)
    writer.add("until", query.until?.milliseconds)
    total.write(to: &writer, name: "total")
    writer.beginArray("groups")
    for group in groups {
      writer.beginObject()
      writer.add("name", group.name)
      group.summary.write(to: &writer, name: "summary")
      writer.endObject()
    }
    writer.endArray()
    if let others { others.write(to: &writer, name: "others") }
    writer.add("other_groups", otherCount)
    writer.add("other_groups_is_a_lower_bound", isNameCountBounded)
    writer.endObject()
  }

  /// The report as one JSON object on one line.
  package func json() -> String {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.text
  }
}

extension ReportSummary {
  fileprivate func write(to writer: inout JSONWriter, name: String) {
    writer.beginObject(name)
    writer.add("requests", requests)
    for outcome in CostEvent.Outcome.allCases { writer.add(outcome.rawValue, outcomes[outcome] ?? 0) }
    writer.add("prompt_tokens", promptTokens)
    writer.add("completion_tokens", completionTokens)
    writer.add("requests_with_estimated_tokens", estimated)
    writer.add("cost_picodollars", cost.picodollars)
    writer.add("saved_by_cache_picodollars", savedByCache.picodollars)
    writer.add("saved_by_routing_picodollars", savedByRouting.picodollars)
    writer.add("compressed_tokens", compressedTokens)
    writer.add("saved_by_compression_picodollars", savedByCompression.picodollars)
    writer.beginObject("tiers")
    for tier in Tier.allCases { if let count = tiers[tier] { writer.add(tier.rawValue, count) } }
    writer.endObject()
    writer.beginObject("nanoseconds")
    total.write(to: &writer, name: "total")
    for step in RouteStep.allCases { steps[step]?.write(to: &writer, name: step.rawValue) }
    writer.endObject()
    writer.endObject()
  }
}

extension LatencyHistogram {
  fileprivate func write(to writer: inout JSONWriter, name: String) {
    writer.beginObject(name)
    writer.add("count", count)
    writer.add("p50", quantile(0.5))
    writer.add("p95", quantile(0.95))
    writer.add("p99", quantile(0.99))
    writer.endObject()
  }
}
