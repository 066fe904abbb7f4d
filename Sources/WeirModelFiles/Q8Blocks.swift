/// Quantizes floats to Q8_0: blocks of 32 codes of 8 bits with an F16 scale before them.
///
/// The scale is the largest magnitude / 127 and codes are rounded to nearest, halves away from zero, as in ggml; an
/// element is off by at most half a scale.
package enum Q8Blocks {
  /// `values.count` is a multiple of 32; values are finite.
  package static func quantize(_ values: [Float]) -> [UInt8] {
    precondition(values.count.isMultiple(of: 32), "Q8_0 has blocks of 32.")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count / 32 * 34)
    var start = 0
    while start < values.count {
      var largest: Float = 0
      for index in start..<start + 32 { largest = max(largest, values[index].magnitude) }
      let scale = min(largest / 127, Float(Float16.greatestFiniteMagnitude))
      let inverse = scale > 0 ? 1 / scale : 0
      let bits = Float16(scale).bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      for index in start..<start + 32 {
        let code = (values[index] * inverse).rounded(.toNearestOrAwayFromZero)
        bytes.append(UInt8(bitPattern: Int8(max(-127, min(127, code)))))
      }
      start += 32
    }
    return bytes
  }
}
