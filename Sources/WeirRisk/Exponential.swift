internal import Glibc

/// The C library's exponential functions on doubles, in forms that do not overflow.
package enum Exponential {
  package static func sigmoid(_ value: Double) -> Double {
    if value >= 0 { return 1 / (1 + exp(-value)) }
    let power = exp(value)
    return power / (1 + power)
  }

  /// log(1 + e^value)
  package static func logOnePlus(_ value: Double) -> Double { log1p(exp(value)) }

  package static func cosine(_ angle: Double) -> Double { cos(angle) }
  package static func sine(_ angle: Double) -> Double { sin(angle) }
  package static func logarithm(_ value: Double) -> Double { log(value) }
  package static func power(_ value: Double) -> Double { exp(value) }
}
