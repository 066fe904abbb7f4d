internal import WeirDomain
internal import WeirRisk

extension BudgetReport {
  /// One object; shares are of 1, moments UTC milliseconds, times nanoseconds. A threshold is null where nothing is
  /// answered locally, a rate where too few labels are there.
  package var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("head", head)
    writer.add("confidence", 1 - delta)
    writer.add("since", since?.milliseconds)
    writer.beginArray("thresholds")
    for entry in entries { write(entry, to: &writer) }
    writer.endArray()
    writer.beginArray("monitor")
    for reading in readings {
      writer.beginObject()
      reading.scope.write(to: &writer)
      writer.add("source", reading.source.rawValue)
      writer.add("level", reading.level)
      writer.add("audits", reading.audits)
      writer.add("wrong", reading.wrong)
      writer.add("evidence", reading.evidence)
      writer.add("limit", reading.limit)
      writer.endObject()
    }
    writer.endArray()
    writer.beginArray("events")
    for event in events {
      writer.beginObject()
      writer.add("at", event.at.milliseconds)
      event.scope.write(to: &writer)
      writer.add("kind", event.kind.rawValue)
      writer.add("level", event.level)
      writer.add("audits", event.audits)
      writer.add("wrong", event.wrong)
      writer.endObject()
    }
    writer.endArray()
    metrics.write(to: &writer)
    writer.beginObject("delay")
    writer.add("requests", delay.requests)
    writer.add("median", delay.median)
    writer.add("p95", delay.p95)
    writer.endObject()
    writer.beginObject("background")
    writer.add("waiting", background.waiting)
    writer.add("done", background.done)
    writer.add("abandoned", background.abandoned)
    writer.endObject()
    if let shadow { write(shadow, to: &writer) }
    writer.endObject()
    return writer.text
  }

  private func write(_ shadow: ShadowReport, to writer: inout JSONWriter) {
    writer.beginObject("shadow")
    writer.add("name", shadow.name)
    writer.add("requests", shadow.requests)
    writer.add("differing", shadow.differing)
    writer.beginArray("counts")
    for count in shadow.counts {
      writer.beginObject()
      writer.add("acting", count.acting?.rawValue)
      writer.add("shadow", count.decided?.rawValue)
      writer.add("requests", count.requests)
      writer.endObject()
    }
    writer.endArray()
    writer.add("priced", shadow.priced)
    writer.add("acting_picodollars", shadow.actingCost.picodollars)
    writer.add("shadow_picodollars", shadow.shadowCost.picodollars)
    metrics.write(shadow.actingWrong, "acting_wrong", to: &writer)
    metrics.write(shadow.shadowWrong, "shadow_wrong", to: &writer)
    writer.endObject()
  }

  private func write(_ entry: BudgetTable.Entry, to writer: inout JSONWriter) {
    writer.beginObject()
    entry.scope.write(to: &writer)
    writer.add("threshold", entry.acceptance.answerAt)
    writer.add("review_below", entry.acceptance.reviewBelow)
    writer.add("origin", entry.acceptance.origin.name)
    writer.add("rows", entry.acceptance.origin.rows)
    writer.add("bound", entry.bound)
    writer.add("alarm", entry.level)
    writer.add("shadow", shadowShares.contains(entry.scope.share))
    writer.add("answered", traffic[entry.scope]?.answered ?? 0)
    writer.add("answered_locally", traffic[entry.scope]?.local ?? 0)
    writer.add("answered_from_cache", traffic[entry.scope]?.cached ?? 0)
    writer.add("coverage", traffic[entry.scope]?.coverage)
    writer.endObject()
  }
}

extension BudgetScope {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.add("tenant", tenant)
    writer.add("intent", intent)
    writer.add("error_budget", share)
  }
}

extension Acceptance.Origin {
  /// A stable name for machines.
  package var name: String {
    switch self {
    case .bands: "bands"
    case .budget: "budget"
    case .bundle: "bundle"
    case .reviewed: "reviewed"
    case .monitor: "monitor"
    case .typed: "rule"
    }
  }

  /// Labelled rows behind it; nil where it stands on none.
  package var rows: Int? {
    switch self {
    case .bundle(let rows), .reviewed(let rows): rows
    case .bands, .budget, .typed, .monitor: nil
    }
  }
}

extension RouterMetrics {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.beginObject("rates")
    write(localWrong, "local_wrong", to: &writer)
    writer.beginObject("wrong_by_tier")
    for (tier, figure) in byTier { write(figure, tier.rawValue, to: &writer) }
    writer.endObject()
    write(underRouting, "under_routing", to: &writer)
    write(overRouting, "over_routing", to: &writer)
    writer.beginObject("calibration_error")
    writer.add("value", calibration.value)
    writer.add("low", calibration.value == nil ? nil : calibration.low)
    writer.add("high", calibration.value == nil ? nil : calibration.high)
    writer.add("labels", calibration.bins.rows)
    writer.endObject()
    writer.add("labelled", labelled)
    writer.add("unlabelled", unlabelled)
    writer.add("tied", tied)
    writer.add("not_drawn", notDrawn)
    writer.endObject()
  }

  fileprivate func write(_ figure: Figure, _ name: String, to writer: inout JSONWriter) {
    writer.beginObject(name)
    writer.add("value", figure.value)
    writer.add("low", figure.value == nil ? nil : figure.rate.low)
    writer.add("high", figure.value == nil ? nil : figure.rate.high)
    writer.add("labels", figure.rate.audits)
    writer.add("labels_needed", figure.needed)
    writer.endObject()
  }
}
