package import WeirDomain
internal import WeirStore

/// Which entries an operator means: every condition that is there must hold.
package struct CacheSelection: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable {
    case any, live, expired
  }

  /// Empty where any id will do; at most `mostIDs`.
  package var ids: [Int64] = []
  /// All of them must be there; `model:` and `intent:` are tags that every entry has by itself.
  package var tags: [String] = []
  /// Of the canonical prompt.
  package var match: TextPattern?
  package var tenant: String?
  package var intent: String?
  package var model: String?
  package var tier: Tier?
  package var state = State.any

  package static let mostIDs = 1_000

  package init(ids: [Int64] = [], tenant: String? = nil, state: State = .any) {
    self.ids = ids
    self.tenant = tenant
    self.state = state
  }

  /// True where nothing was said: all entries.
  package var isEverything: Bool { self == CacheSelection() }

  /// What SQLite can decide; `match` is left to `includes`.
  func condition(at now: Timestamp) -> (sql: String, values: [StoreValue]) {
    var parts: [String] = []
    var values: [StoreValue] = []
    func require(_ column: String, _ text: String?) {
      guard let text else { return }
      parts.append("\(column) = ?")
      values.append(.text(text))
    }
    if !ids.isEmpty {
      parts.append("id IN (\(ids.map { _ in "?" }.joined(separator: ", ")))")
      values += ids.map { .integer($0) }
    }
    require("tenant", tenant)
    require("intent", intent)
    require("model", model)
    require("tier", tier?.rawValue)
    for tag in tags {
      if tag.hasPrefix("model:") {
        require("model", String(tag.dropFirst(6)))
      } else if tag.hasPrefix("intent:") {
        require("intent", String(tag.dropFirst(7)))
      } else {
        parts.append("id IN (SELECT entry_id FROM cache_tag WHERE tag = ?)")
        values.append(.text(tag))
      }
    }
    switch state {
    case .any: break
    case .live: parts.append("expires_at > ?")
    case .expired: parts.append("expires_at <= ?")
    }
    if state != .any { values.append(.integer(now.milliseconds)) }
    return (parts.isEmpty ? "1" : parts.joined(separator: " AND "), values)
  }

  func includes(prompt: String) -> Bool { match?.matches(prompt) ?? true }
}
