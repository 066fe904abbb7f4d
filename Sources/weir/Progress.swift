import WeirDomain
import WeirFiles
import WeirRouting

/// A one-line progress report on a terminal's standard error: rate, share by tier, cost so far.
struct Progress {
  private let output: OutputFile
  private let columns: Int
  private let start: Int64
  private var lastShown: Int64 = 0
  private var count = 0
  private var deferred = 0
  private var failed = 0
  private var byTier: [Tier: Int] = [:]
  private var cost = Money.zero
  private var saved = Money.zero

  /// Nil where `output` is not a terminal; `now` is monotonic nanoseconds.
  init?(output: OutputFile, columns: Int?, now: Int64) {
    guard output.isTerminal else { return nil }
    self.output = output
    self.columns = columns ?? 80
    start = now
  }

  /// Counts one reply and redraws at most ten times a second.
  mutating func note(_ line: ReplyLine, now: Int64) throws {
    count += 1
    if case .reply(let reply) = line {
      switch reply.outcome {
      case .answered: if let tier = reply.tier { byTier[tier, default: 0] += 1 }
      case .deferred: deferred += 1
      case .failed: failed += 1
      }
      cost += reply.cost
      saved += reply.savedByCache + reply.savedByRouting + reply.savedByCompression
    } else {
      failed += 1
    }
    guard now - lastShown > 100_000_000 else { return }
    lastShown = now
    _ = try output.write("\r\u{1B}[K" + String(summary(now: now).prefix(columns - 1)))
  }

  /// Leaves the final figures on a line of their own.
  mutating func finish(now: Int64) throws {
    _ = try output.write("\r\u{1B}[K" + summary(now: now) + "\n")
  }

  private func summary(now: Int64) -> String {
    let seconds = max(Double(now - start) / 1e9, 1e-9)
    var parts = ["\(count) \(count == 1 ? "prompt" : "prompts")", "\((Double(count) / seconds).decimals(1))/s"]
    for tier in Tier.allCases {
      guard let share = byTier[tier] else { continue }
      parts.append("\(tier.rawValue) \(percent(share))")
    }
    if deferred > 0 { parts.append("deferred \(percent(deferred))") }
    if failed > 0 { parts.append("failed \(percent(failed))") }
    parts.append("cost $\(cost.dollars.decimals(4)), saved $\(saved.dollars.decimals(4))")
    return parts.joined(separator: "  ")
  }

  private func percent(_ part: Int) -> String {
    "\((Double(part) * 100 / Double(max(count, 1))).decimals(0)) %"
  }
}
