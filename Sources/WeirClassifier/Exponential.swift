import Glibc

/// e to the power of `value`: the C library's, through double precision so that every host rounds alike.
func exponential(_ value: Float) -> Float { Float(exp(Double(value))) }

extension Float {
  /// The natural logarithm, through double precision as `exponential`.
  var logarithm: Float { Float(log(Double(self))) }
}
