package import WeirDomain

/// A mean with the interval that holds it in 95 of 100 resamplings (percentile bootstrap, seeded).
package struct MeanInterval: Sendable, Hashable {
  package var mean: Double
  package var lower: Double
  package var upper: Double
  /// Values that the mean is of; with none all is 0.
  package var count: Int

  package init(_ values: [Double], resamplings: Int = 1_000, seed: UInt64 = 1) {
    count = values.count
    guard !values.isEmpty else {
      (mean, lower, upper) = (0, 0, 0)
      return
    }
    mean = values.reduce(0, +) / Double(values.count)
    var random = SplitMix64(seed: seed)
    let means = (0..<max(resamplings, 1)).map { _ in
      var sum = 0.0
      for _ in values.indices { sum += values[random.nextIndex(values.count)] }
      return sum / Double(values.count)
    }.sorted()
    lower = means[Int(Double(means.count) * 0.025)]
    upper = means[min(Int(Double(means.count) * 0.975), means.count - 1)]
  }

  /// `0.812 (0.750 to 0.870)`
  package var text: String { "\(mean.decimals(3)) (\(lower.decimals(3)) to \(upper.decimals(3)))" }

  package func write(to writer: inout JSONWriter, name: String) {
    writer.beginObject(name)
    writer.add("mean", mean, decimals: 4)
    writer.add("lower", lower, decimals: 4)
    writer.add("upper", upper, decimals: 4)
    writer.add("count", count)
    writer.endObject()
  }
}
