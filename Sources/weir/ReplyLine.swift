import WeirDomain
import WeirProviders
import WeirReview
import WeirRouting

/// One line of output for one line of input.
enum ReplyLine {
  case reply(RouteReply)
  case bad(LineError)
  /// An earlier run finished this line: nothing is written.
  case skipped(isAnswered: Bool)

  /// The JSON object of this line, without a line feed.
  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    switch self {
    case .skipped: break
    case .reply(let reply): add(reply, to: &writer)
    case .bad(let error):
      writer.add("id", error.id)
      writer.add("status", "error")
      add(code: error.code, kind: .badRequest, message: error.message, to: &writer)
    }
    writer.endObject()
    return writer.text
  }

  /// The answer as a person reads it on a terminal: one line for what has no answer.
  var plainText: String {
    switch self {
    case .skipped: return ""
    case .bad(let error): return "[\(error.id.printable): \(error.message)]"
    case .reply(let reply):
      switch reply.outcome {
      case .answered(let answer): return answer.printable
      case .deferred: return "[\(reply.requestID.printable): deferred, answer it later with weir route --deferred]"
      case .failed(let error): return "[\(reply.requestID.printable): \(error.message)]"
      }
    }
  }

  /// The same under a dim line that says whose answer it is and who gave it, for a terminal.
  var titledText: String {
    guard case .reply(let reply) = self, let tier = reply.tier else { return plainText + "\n" }
    var title = [reply.requestID.printable, tier.rawValue]
    if reply.isStale { title.append("stale") }
    if let intent = reply.intent { title.append(intent) }
    if let confidence = reply.reading?.confidence { title.append(confidence.decimals(3)) }
    return "\u{1B}[2m" + title.joined(separator: "  ") + "\u{1B}[0m\n" + plainText + "\n"
  }

  private func add(_ reply: RouteReply, to writer: inout JSONWriter) {
    writer.add("id", reply.requestID)
    writer.add("tenant", reply.tenant)
    switch reply.outcome {
    case .answered(let answer):
      writer.add("status", "answered")
      writer.add("answer", answer)
      if let form = reply.form { Self.add(form, to: &writer) }
    case .deferred: writer.add("status", "deferred")
    case .failed(let error):
      writer.add("status", "error")
      add(code: error.code, kind: error.kind, message: error.message, to: &writer)
    }
    writer.add("tier", reply.tier?.rawValue)
    writer.add("model", reply.model)
    if reply.isStale { writer.add("stale", true) }
    writer.add("intent", reply.intent)
    writer.add("confidence", reply.reading?.confidence, decimals: 4)
    writer.add("out_of_scope", reply.reading?.outOfScope, decimals: 4)
    writer.add("band", reply.band?.rawValue)
    if !reply.entities.isEmpty { writer.add(reply.entities) }
    writer.beginArray("reasons")
    for reason in reply.reasons {
      writer.beginObject()
      writer.add("code", reason.code)
      writer.add("text", reason.text)
      writer.endObject()
    }
    writer.endArray()
    writer.beginArray("citations")
    for citation in reply.citations { citation.write(to: &writer) }
    writer.endArray()
    writer.beginArray("examples")
    for id in reply.examples { writer.add(nil, id) }
    writer.endArray()
    writer.beginObject("timings_us")
    for timing in reply.timings {
      writer.add(timing.step.rawValue, Double(timing.nanoseconds) / 1000, decimals: 1)
    }
    writer.add("total", Double(reply.nanoseconds) / 1000, decimals: 1)
    writer.endObject()
    writer.beginObject("tokens")
    writer.add("prompt", reply.usage.prompt)
    writer.add("completion", reply.usage.completion)
    writer.add("estimated", reply.usage.isEstimated)
    writer.endObject()
    writer.add("cost_picodollars", reply.cost.picodollars)
    writer.beginObject("saved_picodollars")
    writer.add("cache", reply.savedByCache.picodollars)
    writer.add("routing", reply.savedByRouting.picodollars)
    writer.add("compression", reply.savedByCompression.picodollars)
    writer.endObject()
    writer.add("trace", reply.traceID.description)
  }

  /// What the answer is besides its text, where it is more.
  private static func add(_ form: ReplyForm, to writer: inout JSONWriter) {
    writer.add("finish_reason", form.finishReason.word)
    if let message = form.message { writer.add("message", message) }
    guard !form.alternatives.isEmpty else { return }
    writer.beginArray("alternatives")
    for other in form.alternatives {
      writer.beginObject()
      writer.add("answer", other.text)
      writer.add("finish_reason", other.finishReason.word)
      if let message = other.message { writer.add("message", message) }
      writer.endObject()
    }
    writer.endArray()
  }

  private func add(code: String, kind: FailureKind, message: String, to writer: inout JSONWriter) {
    writer.beginObject("error")
    writer.add("code", code)
    writer.add("kind", kind.rawValue)
    writer.add("message", message)
    writer.endObject()
  }
}
