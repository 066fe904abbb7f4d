internal import WeirTensor

/// Measures what the host can do at most, which the other figures are held against.
struct MachineBenchmark {
  let now: () -> Int64
  /// A multiple of a mebibyte. More than a processor's caches hold, or it is they that are measured.
  var bytes = 256 << 20
  /// A few milliseconds of products.
  var steps = 2_000_000
  /// Limits are the best that was seen, so they need more tries than a median.
  var tries = 8

  /// For each number of threads a row of reading and one of products; their best times are the limits.
  func run(_ options: BenchmarkOptions, progress: (String) -> Void) -> [BenchmarkRow] {
    let buffer = FloatBuffer(count: bytes / 4)
    var rows: [BenchmarkRow] = []
    for threads in options.threads {
      progress("the machine itself, \(threads) threads")
      let pool = threads == 1 ? ComputePool.single : ComputePool(threads: threads)
      let (chunk, view) = (1 << 16, buffer.view)
      var (reads, products): ([Int64], [Int64]) = ([], [])
      var made = 0
      for _ in 0..<max(tries, options.rounds) {
        reads.append(
          time {
            pool.forEachPart(of: view.count / chunk, grain: 4) { range, _ in
              HardwareProbe.read(view[range.lowerBound * chunk..<range.upperBound * chunk])
            }
          })
        let parts = pool.mostParts
        products.append(
          time {
            pool.forEachPart(of: parts) { range, _ in
              for _ in range { _ = HardwareProbe.products(steps: steps / parts) }
            }
          })
        made = HardwareProbe.products(steps: 1) * (steps / parts * parts)
      }
      rows.append(
        BenchmarkRow(
          "machine.read.t\(threads)", times: BenchmarkTimes(reads), unit: "sweeps", bytes: bytes, limit: .reading,
          threads: threads))
      rows.append(
        BenchmarkRow(
          "machine.products.t\(threads)", times: BenchmarkTimes(products), unit: "runs", products: made,
          limit: .products, threads: threads))
    }
    return rows
  }

  private func time(_ work: () -> Void) -> Int64 {
    let start = now()
    work()
    return now() - start
  }
}
