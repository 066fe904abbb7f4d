internal import WeirDomain
internal import WeirStore

/// One row of the caches.
struct CacheEntry {
  var id: Int64
  var tenant: String
  var prompt: String
  var answer: CachedAnswer
  var requestID: String
  var createdAt: Timestamp
  var expiresAt: Timestamp

  static let columns = """
    id, tenant, prompt, answer, tier, model, intent, prompt_tokens, completion_tokens, tokens_estimated, request_id, \
    created_at, expires_at, citations, cost
    """

  /// Columns of `columns`, for those who select more after them.
  static let columnCount = columns.split(separator: ",").count

  init(_ row: borrowing StoreRow) throws(StoreFailure) {
    id = try row.integer(0)
    tenant = try row.text(1)
    prompt = try row.text(2)
    answer = CachedAnswer(
      text: try row.text(3),
      tier: try row.parsed(4, as: "a tier that is no cache") { Tier(rawValue: $0).flatMap { $0.isCache ? nil : $0 } },
      model: try row.optionalText(5),
      intent: try row.optionalText(6),
      usage: TokenUsage(
        prompt: Int(try row.integer(7)), completion: Int(try row.integer(8)), isEstimated: try row.integer(9) != 0),
      cost: try row.optionalInteger(14).map { Money(picodollars: $0) },
      citations: try row.isNull(13)
        ? [] : row.parsed(13, as: "a list of citations") { Citation.read($0) })
    requestID = try row.text(10)
    createdAt = Timestamp(milliseconds: try row.integer(11))
    expiresAt = Timestamp(milliseconds: try row.integer(12))
  }

  func hit(similarity: Float?) -> CacheHit {
    CacheHit(
      id: id, answer: answer, requestID: requestID, createdAt: createdAt, expiresAt: expiresAt, similarity: similarity)
  }
}
