package import WeirDomain

/// Token counts as a provider reports them, as the maximum over all of its reports, field by field: providers repeat
/// usage, send it early with partial counts, or only at the end.
///
/// Counts below zero and counts that no model can reach are passed over, as if they had not been told.
package struct ReportedUsage: Sendable, Hashable {
  /// Tokens read, those in the provider's prompt cache included or not, as `promptIncludesCache` says.
  private(set) var prompt: Int?
  private(set) var completion: Int?
  private(set) var cacheRead = 0
  private(set) var cacheWrite = 0
  private(set) var longCacheWrite = 0
  /// OpenAI counts what its cache held among the prompt's tokens, Anthropic beside them.
  private let promptIncludesCache: Bool

  /// No context window or answer of a known model comes near; a report above it is a fault, and would be billed.
  static let most = 1 << 25

  package init(promptIncludesCache: Bool = true) {
    self.promptIncludesCache = promptIncludesCache
  }

  /// Where a count belongs.
  package enum Field: Sendable, CaseIterable {
    case prompt, completion, cacheRead, cacheWrite, longCacheWrite
  }

  package mutating func take(_ field: Field, _ count: Int?) {
    guard let count, (0...Self.most).contains(count) else { return }
    switch field {
    case .prompt: prompt = max(prompt ?? 0, count)
    case .completion: completion = max(completion ?? 0, count)
    case .cacheRead: cacheRead = max(cacheRead, count)
    case .cacheWrite: cacheWrite = max(cacheWrite, count)
    case .longCacheWrite: longCacheWrite = max(longCacheWrite, count)
    }
  }

  /// True where the provider has said anything about tokens.
  package var isTold: Bool { prompt != nil || completion != nil }

  /// The usage with `prompt` and `completion` counted here where they were not told.
  package func usage(prompt counted: @autoclosure () -> Int, completion written: @autoclosure () -> Int) -> TokenUsage {
    let known = prompt.map { promptIncludesCache ? $0 : $0 + cacheRead + cacheWrite }
    let total = known ?? counted()
    // A cache cannot have held more than there was to read.
    let read = known == nil ? 0 : min(cacheRead, total)
    let wrote = known == nil ? 0 : min(cacheWrite, total - read)
    return TokenUsage(
      prompt: total, completion: completion ?? written(), cachedPrompt: read, cacheWrite: wrote,
      longCacheWrite: min(longCacheWrite, wrote), isEstimated: known == nil || completion == nil)
  }
}
