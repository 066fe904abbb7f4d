import CWeirKernels

/// What the processor can do at most. The caller takes the time.
package enum HardwareProbe {
  /// Reads all floats, 64 at a time; what is left of fewer is not read. Returns a number made of them.
  @discardableResult
  package static func read(_ floats: FloatView) -> UInt64 {
    unsafe weir_probe_read(floats.pointer, floats.count / 64 * 64 * MemoryLayout<Float>.size)
  }

  /// Makes int8 products in registers with the kernels' instruction set; returns how many.
  package static func products(steps: Int, kernels: Kernels = .active) -> Int {
    var sum: UInt64 = 0
    return unsafe Int(weir_probe_products(kernels.table, max(steps, 1), &sum))
  }
}
