import CWeirKernels

extension Kernels {
  /// y = x / sqrt(mean(x^2) + epsilon) * weight; `y` may be `x`.
  package func rmsNorm(_ x: FloatView, weight: [Float], epsilon: Float, into y: FloatView) {
    Self.check(x.count, y.count)
    Self.check(x.count, weight.count)
    unsafe weight.withUnsafeBufferPointer { weight in
      guard let first = weight.baseAddress else { return }
      unsafe table.pointee.rms_norm(y.pointer, x.pointer, first, epsilon, x.count)
    }
  }

  /// y = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias; `y` may be `x`.
  package func layerNorm(_ x: FloatView, weight: [Float], bias: [Float], epsilon: Float, into y: FloatView) {
    Self.check(x.count, y.count)
    Self.check(x.count, weight.count)
    Self.check(x.count, bias.count)
    unsafe weight.withUnsafeBufferPointer { weight in
      unsafe bias.withUnsafeBufferPointer { bias in
        guard let first = weight.baseAddress, let second = bias.baseAddress else { return }
        unsafe table.pointee.layer_norm(y.pointer, x.pointer, first, second, epsilon, x.count)
      }
    }
  }
}
