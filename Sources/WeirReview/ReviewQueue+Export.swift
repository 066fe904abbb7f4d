package import WeirDomain
package import WeirStore

extension ReviewQueue {
  /// Passes each sample as one line of JSON without its line end; returns how many there were.
  ///
  /// Fields, always all of them: `id` (ULID), `at` (UTC milliseconds), `request_id`, `tenant`, `cause` (uncertain,
  /// audit, cascaded, cache_audit), `probability` (with which such a request is kept), `prompt`, `answer`, `tier`, `intent` and
  /// `confidence` (null where nothing was classified), and `label`, null, for the person to fill in.
  ///
  /// Reads one state of the database and holds one sample at a time. What `line` throws ends the export.
  @discardableResult
  package static func export(
    since: Timestamp? = nil, limit: Int? = nil, from store: Store, _ line: (String) throws -> Void
  ) throws -> Int {
    var count = 0
    try store.read { transaction in
      try samples(since: since, limit: limit, in: transaction) { sample in
        try line(json(sample))
        count += 1
      }
    }
    return count
  }

  static func json(_ sample: ReviewSample) -> String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.add("id", sample.id.description)
    writer.add("at", sample.at.milliseconds)
    writer.add("request_id", sample.requestID)
    writer.add("tenant", sample.tenant)
    writer.add("cause", sample.cause.rawValue)
    writer.add("probability", sample.probability)
    writer.add("prompt", sample.prompt)
    writer.add("answer", sample.answer)
    writer.add("tier", sample.tier.rawValue)
    writer.add("intent", sample.intent)
    writer.add("confidence", sample.confidence)
    writer.add("label", nil as String?)
    writer.endObject()
    return writer.text
  }
}
