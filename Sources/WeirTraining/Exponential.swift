import Glibc

/// The C library's exponential functions on doubles, in forms that do not overflow.
enum Exponential {
  static func sigmoid(_ value: Double) -> Double {
    if value >= 0 { return 1 / (1 + exp(-value)) }
    let power = exp(value)
    return power / (1 + power)
  }

  /// log(1 + e^value)
  static func logOnePlus(_ value: Double) -> Double { log1p(exp(value)) }

  static func cosine(_ angle: Double) -> Double { cos(angle) }
  static func sine(_ angle: Double) -> Double { sin(angle) }
  static func logarithm(_ value: Double) -> Double { log(value) }
  static func power(_ value: Double) -> Double { exp(value) }
}
