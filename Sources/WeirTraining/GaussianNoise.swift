internal import WeirDomain
internal import WeirTensor
internal import WeirRisk

/// A table of standard normal numbers that training reads from random places, which is faster than drawing each.
struct GaussianNoise {
  let table: FloatBuffer

  init(count: Int, random: inout SplitMix64) {
    table = FloatBuffer(count: count)
    var index = 0
    while index < count {
      let (first, second) = Self.pair(&random)
      table[index] = Float(first)
      if index + 1 < count { table[index + 1] = Float(second) }
      index += 2
    }
  }

  /// `count` consecutive numbers from a random place.
  func slice(_ count: Int, random: inout SplitMix64) -> FloatView {
    let start = random.nextIndex(table.count - count + 1)
    return table[start..<(start + count)]
  }

  /// Two independent standard normal numbers (Box and Muller 1958).
  static func pair(_ random: inout SplitMix64) -> (Double, Double) {
    let radius = (-2 * Exponential.logarithm(1 - random.nextUnit())).squareRoot()
    let angle = 2 * Double.pi * random.nextUnit()
    return (radius * Exponential.cosine(angle), radius * Exponential.sine(angle))
  }
}
