internal import WeirDomain

/// Resampling of rows with replacement (Efron 1979).
struct Bootstrap: Sendable {
  let rows: Int
  let resamples: Int
  let seed: UInt64
  let jobs: Int

  /// What `figures` makes of each resample, given how often each row is in it.
  ///
  /// The resample of a number is always the same one for a seed, whatever `jobs` is.
  func run(_ figures: @escaping @Sendable ([Double]) -> [Double?]) async -> [[Double?]] {
    await withTaskGroup(of: [(Int, [Double?])].self) { group in
      let jobs = max(1, min(jobs, resamples))
      for job in 0..<jobs {
        group.addTask {
          stride(from: job, to: resamples, by: jobs).map { number in (number, figures(counts(of: number))) }
        }
      }
      var results = [[Double?]](repeating: [], count: resamples)
      for await part in group { for (number, values) in part { results[number] = values } }
      return results
    }
  }

  /// How often each row is drawn in resample `number`.
  func counts(of number: Int) -> [Double] {
    var seeds = SplitMix64(seed: seed)
    var random = SplitMix64(seed: seeds.next() &+ UInt64(number) &* 0xD134_2543_DE82_EF95)
    var counts = [Double](repeating: 0, count: rows)
    for _ in 0..<rows { counts[random.nextIndex(rows)] += 1 }
    return counts
  }
}
