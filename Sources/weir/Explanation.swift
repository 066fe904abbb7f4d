import WeirDomain
import WeirEntities
import WeirReview
import WeirRouting

/// The whole trace of one request as a person reads it.
struct Explanation {
  let line: ReplyLine

  var text: String {
    switch line {
    case .skipped: ""
    case .bad(let error): "\(error.id.printable)\n  not a request: \(error.message)\n"
    case .reply(let reply): explain(reply)
    }
  }

  private func explain(_ reply: RouteReply) -> String {
    var rows = ["\(reply.requestID.printable)  (trace \(reply.traceID))"]
    rows.append("  outcome      " + outcome(of: reply))
    if let reading = reply.reading {
      rows.append("  intent       \(reading.intent)")
      rows.append(
        "  confidence   \(reading.confidence.decimals(4))   calibrated: the chance that a local answer is right")
      rows.append("  out of scope \(reading.outOfScope.decimals(4))")
    }
    if let complexity = reply.complexity { rows.append("  complexity   \(complexity.decimals(2))") }
    if let band = reply.band { rows.append("  band         \(band.rawValue)") }
    for (index, entity) in reply.entities.enumerated() {
      let value = entity.value.map { " = \($0.text.printable)" } ?? ""
      rows.append(
        "  \(padded(index == 0 ? "entities" : "", 12)) \(entity.kind.rawValue) \(entity.text.printable)\(value)")
    }
    rows.append("  why")
    for (index, reason) in reply.reasons.enumerated() { rows.append("    \(index + 1). \(reason.text.printable)") }
    if !reply.citations.isEmpty { rows.append("  sources") }
    for citation in reply.citations {
      let named = citation.isNamed ? "named in the answer" : "not named"
      rows.append("    [\(citation.number)] \(citation.place.printable)  score \(citation.score.decimals(3)), \(named)")
    }
    if !reply.examples.isEmpty {
      rows.append("  examples     cache entries " + reply.examples.map { "\($0)" }.joined(separator: ", "))
    }
    rows.append("  steps")
    let longest = max(reply.timings.map(\.nanoseconds).max() ?? 1, 1)
    for timing in reply.timings {
      let bar = String(repeating: "█", count: Int((timing.nanoseconds * 30 / longest)))
      rows.append("    \(padded(timing.step.rawValue, 10)) \(padded(milliseconds(timing.nanoseconds), 11)) \(bar)")
    }
    rows.append("    \(padded("total", 10)) \(milliseconds(reply.nanoseconds))")
    let estimated = reply.usage.isEstimated ? " (our count)" : ""
    rows.append("  tokens       \(reply.usage.prompt) read, \(reply.usage.completion) written\(estimated)")
    rows.append(
      "  cost         \(reply.cost); saved \(reply.savedByCache) by the cache, \(reply.savedByRouting) by routing")
    if let answer = reply.answer {
      rows.append("  answer")
      rows += answer.printable.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private func outcome(of reply: RouteReply) -> String {
    switch reply.outcome {
    case .answered:
      "answered by \(reply.tier?.rawValue ?? "?")" + (reply.model.map { " (\($0))" } ?? "")
        + (reply.isStale ? ", stale" : "")
    case .deferred: "deferred: weir route --deferred answers it when a remote can be reached"
    case .failed(let error): "not answered: \(error.message)"
    }
  }

  private func milliseconds(_ nanoseconds: Int64) -> String {
    (Double(nanoseconds) / 1e6).decimals(3) + " ms"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }
}
