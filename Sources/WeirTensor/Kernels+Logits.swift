internal import CWeirKernels

/// Passes over a row of logits, one number for each token of a vocabulary.
extension Kernels {
  /// The largest element and the first place where it stands; `x` must not be empty. A row with elements that are not
  /// numbers may give any of them.
  package func firstLargest(_ x: Span<Float>) -> (index: Int, value: Float) {
    precondition(!x.isEmpty, "a row of no logits")
    let value = unsafe x.withUnsafeBufferPointer { row in
      guard let first = row.baseAddress else { return Float.nan }
      return unsafe table.pointee.largest(first, row.count)
    }
    var index = 0
    while index < x.count - 1, x[index] != value { index += 1 }
    return (index, value)
  }

  /// The sum of e^d and of d e^d, with d = x - shift held above -100; not a number where an element is none.
  package func exponentialSums(_ x: Span<Float>, shift: Float) -> (plain: Double, weighted: Double) {
    var (plain, weighted) = (0.0, 0.0)
    unsafe x.withUnsafeBufferPointer { row in
      guard let first = row.baseAddress else { return }
      unsafe table.pointee.exponential_sums(first, shift, row.count, &plain, &weighted)
    }
    return (plain, weighted)
  }
}
