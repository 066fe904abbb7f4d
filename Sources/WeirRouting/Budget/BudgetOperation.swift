/// What the request's way has of the error budget in operation; nothing of it is needed to answer.
package struct BudgetOperation: Sendable {
  /// Nil: thresholds are what they are without labels.
  package var keeper: BudgetKeeper?
  /// Nil: nothing is asked in the background.
  package var background: Background?
  /// Nil: no other policy decides beside the acting one.
  package var shadow: ShadowPolicy?

  package struct Background: Sendable, Hashable {
    package var limits: BackgroundQueue.Limits
    /// Whether audited answers get another one beside them.
    package var compares: Bool

    package init(limits: BackgroundQueue.Limits = .init(), compares: Bool = false) {
      self.limits = limits
      self.compares = compares
    }
  }

  package init(keeper: BudgetKeeper? = nil, background: Background? = nil, shadow: ShadowPolicy? = nil) {
    self.keeper = keeper
    self.background = background
    self.shadow = shadow
  }
}
