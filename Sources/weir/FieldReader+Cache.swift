import WeirDomain

extension FieldReader {
  /// The field `cache`: a policy, or an object with `policy`, `ttl` and `tags`, all of which may be left out.
  func readCache(into request: inout RouteRequest) throws(LineError) {
    guard let value = present("cache") else { return }
    guard case .object(let object) = value else {
      request.cache = try choice("cache") ?? request.cache
      return
    }
    let fields = FieldReader(object: object, id: id)
    try fields.refuseUnknown(allowed: ["policy", "ttl", "tags"])
    request.cache = try fields.choice("policy") ?? request.cache
    if let ttl = fields.present("ttl") {
      let seconds = ttl.count ?? ttl.text.flatMap(TimeSpan.lifetime)
      guard let seconds, (0...TimeSpan.longestLife).contains(seconds) else {
        throw invalid("cache", "has a ttl that is no time: give seconds, or a text such as \"90s\", \"15m\", \"7d\"")
      }
      request.cacheTerms.lifetimeMilliseconds = Int64(seconds) * 1000
    }
    let tags = try fields.texts("tags", most: CacheTerms.mostTags) ?? []
    guard tags.allSatisfy(CacheTerms.isTag) else {
      throw invalid("cache", "has a tag that is not \(CacheTerms.tagRule)")
    }
    request.cacheTerms.tags += tags
  }
}
