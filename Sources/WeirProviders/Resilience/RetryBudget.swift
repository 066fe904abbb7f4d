/// How many retries traffic can bear: each first attempt earns a share of one, each retry costs a whole one.
///
/// When a server is in trouble, every client that retries three times makes four times the load of it. With this,
/// retries stay below `share` of the requests, but for a small floor that lets a quiet node retry at all.
///
/// Times are durations since any one moment, and never go back.
package struct RetryBudget: Sendable, Hashable {
  package struct Settings: Sendable, Hashable {
    /// Retries for each first attempt.
    package var share: Double
    /// Retries that need not be earned, and how long one of them takes to come back.
    package var floor: Int
    package var floorEvery: Duration
    /// Most that are saved up.
    package var most: Double

    package init(share: Double = 0.1, floor: Int = 2, floorEvery: Duration = .seconds(30), most: Double = 50) {
      precondition(share >= 0 && floor >= 0 && floorEvery > .zero && most >= 0, "a budget is not negative")
      self.share = share
      self.floor = floor
      self.floorEvery = floorEvery
      self.most = most
    }
  }

  package private(set) var spent = 0
  package private(set) var refused = 0
  private let settings: Settings
  private var earned = 0.0
  private var floor: Double
  private var floorAt = Duration.zero

  package init(_ settings: Settings = Settings()) {
    self.settings = settings
    floor = Double(settings.floor)
  }

  /// A first attempt is made.
  package mutating func earn() {
    earned = min(settings.most, earned + settings.share)
  }

  /// Takes one retry; false where there is none to take.
  package mutating func spend(at now: Duration) -> Bool {
    let passed = max(.zero, now - floorAt)
    floor = min(Double(settings.floor), floor + passed / settings.floorEvery)
    floorAt = max(floorAt, now)
    // Sums of tenths fall short of whole ones by rounding.
    let one = 1 - 1e-9
    if earned >= one {
      earned = max(0, earned - 1)
    } else if floor >= one {
      floor = max(0, floor - 1)
    } else {
      refused += 1
      return false
    }
    spent += 1
    return true
  }
}
