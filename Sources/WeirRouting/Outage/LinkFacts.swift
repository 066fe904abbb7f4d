package import WeirDomain

/// What is known of the link when a prompt is decided: whether it holds, and what sending over it costs.
package struct LinkFacts: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, CaseIterable {
    case up, degraded, down
  }

  package var state: State
  /// Bytes are paid for, or few.
  package var isMetered: Bool
  /// Bytes a calendar month, and what is left of them; nil without a cap.
  package var cap: Int64?
  package var left: Int64?

  package init(state: State = .up, isMetered: Bool = false, cap: Int64? = nil, left: Int64? = nil) {
    self.state = state
    self.isMetered = isMetered
    self.cap = cap
    self.left = left
  }

  /// A link that nobody has said anything about.
  package static let free = LinkFacts()

  /// Share of the cap below which only express prompts are sent.
  package static let reserve = 0.1

  /// Why a prompt of this priority and size is not sent now although the link may hold; nil where it may be sent.
  ///
  /// `bytes` is what the request and its answer will take, estimated. A batch can wait for hours that cost nothing;
  /// the last tenth of a month's bytes is for what cannot wait at all.
  package func obstacle(priority: RouteRequest.Priority, bytes: Int64) -> LinkReason? {
    if let left, let cap {
      if bytes > left { return .capReached(cap: cap) }
      if priority != .express, Double(left) < Self.reserve * Double(cap) { return .capNear(left: left, cap: cap) }
    }
    return isMetered && priority == .batch ? .metered : nil
  }

  /// What a request with these messages and its answer will take on the link, framing, heads, images, tools and all
  /// else that passes through included.
  package static func bytes(of messages: [ChatMessage], settings: ModelSettings) -> Int64 {
    let turns = messages.reduce(1_200) { $0 + 40 + max($1.content.utf8.count, $1.original?.text.utf8.count ?? 0) }
    let sent = settings.extra.reduce(turns) { $0 + 4 + $1.key.utf8.count + $1.value.text.utf8.count }
    // A token is about four bytes, and answers are seldom as long as they may be.
    let received = 800 + 4 * min(settings.maxTokens ?? 500, 2_000)
    return Int64(sent) + Int64(received)
  }
}

/// What the link, or its lack, did to a request.
package enum LinkReason: Sendable, Hashable {
  /// A batch waits for an hour that is not metered.
  case metered
  /// The month's bytes are used up, or would be.
  case capReached(cap: Int64)
  /// So few bytes are left that only express prompts are sent.
  case capNear(left: Int64, cap: Int64)
  /// A cheaper tier answered than was wanted.
  case smaller(Tier)
  /// The answer is not the last word: the queue fetches a better one for the cache.
  case upgradeQueued

  package var code: String {
    switch self {
    case .metered: "link_metered"
    case .capReached: "data_cap_reached"
    case .capNear: "data_cap_near"
    case .smaller: "smaller_model"
    case .upgradeQueued: "upgrade_queued"
    }
  }

  package var text: String {
    switch self {
    case .metered: "the link is metered now, and a prompt of priority batch can wait: no remote model is asked"
    case .capReached(let cap):
      "the month's data cap of \(ByteText.text(cap)) is used up: no remote model is asked (link.data_cap)"
    case .capNear(let left, let cap):
      "only \(ByteText.text(left)) of the month's data cap of \(ByteText.text(cap)) are left: they are for express prompts"
    case .smaller(let tier): "the wanted models did not answer, and tier \(tier.rawValue) did"
    case .upgradeQueued: "a better answer will be fetched for the cache when the link allows"
    }
  }
}

/// Bytes for people.
enum ByteText {
  static func text(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1_000, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return unit == 0 ? "\(bytes) B" : "\(value.decimals(1)) \(units[unit])"
  }
}
