/// The tests behind a threshold: which thresholds are tested in which order, and how many wrong answers each may show.
///
/// Learn then Test (Angelopoulos et al., 2021): hypotheses "from here on the promise is broken" are tested along a fixed
/// sequence from strict to lax, each with the whole confidence, up to the first that cannot be rejected. The sequence
/// begins where half of the rows are answered: among a few best rows chance decides, and one strange label would end it
/// at once. For tables that reach less, a small part of delta tests a second sequence from where the promise can first
/// be proved up to there; where all of that is proved, its part goes on to the first one (Wiens, 2003). The beginnings
/// follow from the number of rows alone, before any label is looked at.
package struct ThresholdTest: Sendable {
  package let promise: ErrorPromise
  package let rows: Int

  private struct Sequence {
    /// The number of accepted rows with which it begins.
    var start: Int
    var allowances: [Int]
  }

  private let main: Sequence
  /// Nil where the main one begins as early as can be.
  private let early: Sequence?
  /// What the main one allows once the early one was proved from end to end.
  private let whole: [Int]

  /// The part of delta that the early sequence gets.
  private static let earlyPart = 0.15

  /// Tests for tables of `rows` rows.
  package init(_ promise: ErrorPromise, rows: Int) {
    self.promise = promise
    self.rows = rows
    whole = promise.allowances(rows: rows)
    let first = whole.firstIndex { $0 >= 0 } ?? rows + 1
    let strict = promise.scaled(Self.earlyPart).allowances(rows: rows)
    let half = max(rows / 2, 1)
    if let start = strict.firstIndex(where: { $0 >= 3 }), start < half {
      early = Sequence(start: start, allowances: strict)
      main = Sequence(start: half, allowances: promise.scaled(1 - Self.earlyPart).allowances(rows: rows))
    } else {
      early = nil
      main = Sequence(start: max(first, half), allowances: whole)
    }
  }

  /// The most accepted rows of `table`, which has `rows` of them, for which the promise is proved, and how many of these
  /// are wrong; nil where it is for none.
  func laxest(in table: RiskTable) -> (accepted: Int, wrong: Int)? {
    precondition(table.rows.count == rows, "a test is made for a number of rows")
    var (accepted, wrong) = (0, 0)
    var found: (accepted: Int, wrong: Int)?
    var (isEarlyProved, isEarlyFailed) = (false, early == nil)
    while accepted < rows {
      // Rows of one score stand or fall together.
      let score = table.rows[accepted].score
      while accepted < rows, table.rows[accepted].score == score {
        if !table.rows[accepted].isRight { wrong += 1 }
        accepted += 1
      }
      if accepted < main.start {
        guard let early, !isEarlyFailed, accepted >= early.start else { continue }
        isEarlyProved = wrong <= early.allowances[accepted]
        isEarlyFailed = !isEarlyProved
        if isEarlyProved { found = (accepted, wrong) }
      } else {
        let allowances = isEarlyProved ? whole : main.allowances
        guard wrong <= allowances[accepted] else { break }
        found = (accepted, wrong)
      }
    }
    return found
  }
}

extension ErrorPromise {
  /// The same promise at a part of its chance to fail.
  func scaled(_ part: Double) -> ErrorPromise {
    ErrorPromise(budget: budget, delta: delta * part, horizon: horizon)
  }
}
