package import WeirDomain
package import WeirStore

extension ReviewQueue {
  /// Passes each sample as one line of JSON without its line end; returns how many there were.
  ///
  /// Fields, always all of them: `id` (ULID), `at` (UTC milliseconds), `request_id`, `trace_id`, `tenant`, `cause`
  /// (uncertain, audit, cascaded, cache_audit), `probability` (with which such a request is kept), `prompt`, `answer`,
  /// `tier`, `intent`, `confidence` and `head` (null where nothing was classified), `threshold` (null where the
  /// confidence did not decide), `error_budget`, `other_answer`, `other_tier` and `agreement` (null where nobody else answered), and
  /// `label` and `other_label`, null, for the person to fill in.
  ///
  /// Reads one state of the database and holds one sample at a time. What `line` throws ends the export.
  @discardableResult
  package static func export(
    since: Timestamp? = nil, limit: Int? = nil, unlabelled: Bool = false, from store: Store,
    _ line: (String) throws -> Void
  ) throws -> Int {
    var count = 0
    try store.read { transaction in
      try samples(since: since, limit: limit, unlabelled: unlabelled, in: transaction) { sample in
        try line(json(sample))
        count += 1
      }
    }
    return count
  }

  /// The names of an exported line, in its order.
  package static let exportedFields = [
    "id", "at", "request_id", "trace_id", "tenant", "cause", "probability", "prompt", "answer", "tier", "intent",
    "confidence", "head", "threshold", "error_budget", "other_answer", "other_tier", "agreement", "label",
    "other_label",
  ]

  static func json(_ sample: ReviewSample) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("id", sample.id.description)
    writer.add("at", sample.at.milliseconds)
    writer.add("request_id", sample.requestID)
    writer.add("trace_id", sample.traceID?.description)
    writer.add("tenant", sample.tenant)
    writer.add("cause", sample.cause.rawValue)
    writer.add("probability", sample.probability)
    writer.add("prompt", sample.prompt)
    writer.add("answer", sample.answer)
    writer.add("tier", sample.tier.rawValue)
    writer.add("intent", sample.intent)
    writer.add("confidence", sample.confidence)
    writer.add("head", sample.head)
    writer.add("threshold", sample.threshold)
    writer.add("error_budget", sample.budget)
    writer.add("other_answer", sample.other?.answer)
    writer.add("other_tier", sample.other?.tier.rawValue)
    writer.add("agreement", sample.other?.agreement)
    writer.add("label", nil as String?)
    writer.add("other_label", nil as String?)
    writer.endObject()
    return writer.text
  }
}
