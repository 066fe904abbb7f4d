import CWeirKernels

/// Operations on vectors. Counts must agree; a mismatch is a bug of the caller and traps.
extension Kernels {
  package func dot(_ a: FloatView, _ b: FloatView) -> Float {
    Self.check(a.count, b.count)
    return unsafe table.pointee.dot(a.pointer, b.pointer, a.count)
  }

  package func sum(_ x: FloatView) -> Float { unsafe table.pointee.sum(x.pointer, x.count) }

  /// The largest element; `x` must not be empty.
  package func largest(_ x: FloatView) -> Float {
    precondition(x.count > 0, "an empty vector has no largest element")
    return unsafe table.pointee.largest(x.pointer, x.count)
  }

  /// y += x
  package func add(_ x: FloatView, to y: FloatView) {
    Self.check(x.count, y.count)
    unsafe table.pointee.add(y.pointer, x.pointer, x.count)
  }

  /// y += scale * x
  package func add(_ x: FloatView, scaledBy scale: Float, to y: FloatView) {
    Self.check(x.count, y.count)
    unsafe table.pointee.add_scaled(y.pointer, x.pointer, scale, x.count)
  }

  /// x *= factor
  package func scale(_ x: FloatView, by factor: Float) { unsafe table.pointee.scale(x.pointer, factor, x.count) }

  /// Divides `x` by its Euclidean length; a vector of zeros stays as it is.
  package func normalizeLength(_ x: FloatView) {
    let square = dot(x, x)
    if square > 0 { scale(x, by: 1 / square.squareRoot()) }
  }

  /// x = softmax(factor * x), in place; `x` must not be empty and `factor` must be positive.
  package func softmax(_ x: FloatView, scaledBy factor: Float = 1) {
    precondition(x.count > 0, "softmax of nothing")
    precondition(factor > 0, "softmax needs a positive factor, found \(factor)")
    unsafe table.pointee.softmax(x.pointer, factor, x.count)
  }

  /// e^x in place, relative error 2e-7; below -87.3 it is 0, above 88.3 it stays at e^88.3.
  package func exponential(_ x: FloatView) { unsafe table.pointee.exponential(x.pointer, x.count) }

  /// BERT's activation in place, x (1 + erf(x / sqrt 2)) / 2; absolute error below 1e-6 for |x| <= 6.
  package func gelu(_ x: FloatView) { unsafe table.pointee.gelu(x.pointer, x.count) }

  /// Llama's gated activation: gate = gate / (1 + e^-gate) * up.
  package func siluMultiply(gate: FloatView, up: FloatView) {
    Self.check(gate.count, up.count)
    unsafe table.pointee.silu_multiply(gate.pointer, up.pointer, gate.count)
  }

  /// Gemma's gated activation: gate = g(gate) * up, with g the GELU by its tanh approximation.
  package func geluMultiply(gate: FloatView, up: FloatView) {
    Self.check(gate.count, up.count)
    unsafe table.pointee.gelu_multiply(gate.pointer, up.pointer, gate.count)
  }

  /// x = cap * tanh(x / cap) in place: holds values within +-cap; `cap` must be positive.
  package func softCap(_ x: FloatView, at cap: Float) {
    precondition(cap > 0, "a cap is positive, found \(cap)")
    unsafe weir_soft_cap(table, x.pointer, x.count, cap)
  }

  static func check(_ found: Int, _ expected: Int) {
    precondition(found == expected, "vectors of \(found) and \(expected) elements do not belong together")
  }
}
