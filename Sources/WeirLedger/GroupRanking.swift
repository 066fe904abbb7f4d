internal import WeirDomain

/// Chooses which groups a report shows, with bounded memory.
struct GroupRanking {
  private struct Weight {
    var cost = Money.zero
    var requests = 0
  }

  private let limit: Int
  private var weights: [String?: Weight] = [:]
  /// True when a name was passed over because `limit` others were there before it.
  private(set) var isBounded = false

  init(limit: Int) {
    self.limit = limit
  }

  /// Names met so far, at most `limit`.
  var count: Int { weights.count }

  mutating func add(_ name: String?, cost: Money) {
    guard weights[name] != nil || weights.count < limit else {
      isBounded = true
      return
    }
    weights[name, default: Weight()].cost += cost
    weights[name, default: Weight()].requests += 1
  }

  /// The names to show, in order: the latest days ascending; tiers from cheap to able; else by cost, requests, name.
  func top(_ number: Int, by dimension: ReportDimension) -> [String?] {
    switch dimension {
    case .day:
      let days = weights.keys.sorted { (Int64($0 ?? "") ?? .min) < (Int64($1 ?? "") ?? .min) }
      return Array(days.suffix(number))
    case .tier:
      let rank = Dictionary(uniqueKeysWithValues: Tier.allCases.enumerated().map { ($1.rawValue, $0) })
      let tiers = weights.keys.sorted { (rank[$0 ?? ""] ?? .max, $0 ?? "") < (rank[$1 ?? ""] ?? .max, $1 ?? "") }
      return Array(tiers.prefix(number))
    default:
      let names = weights.sorted { left, right in
        if left.value.cost != right.value.cost { return left.value.cost > right.value.cost }
        if left.value.requests != right.value.requests { return left.value.requests > right.value.requests }
        return (left.key ?? "") < (right.key ?? "")
      }
      return names.prefix(number).map(\.key)
    }
  }
}
