internal import WeirTensor

extension GraphIndex {
  /// Between the query and one stored vector.
  @inline(__always)
  func similarity(_ query: CodeQuery, _ slot: UInt32) -> Float {
    unsafe Float(kernels.dot(query, UnsafeRawBufferPointer(memory.codes(of: slot)))) * query.scale * memory.scale(slot)
  }

  /// Between the query and the vectors of the scratch's first `count` slots.
  @inline(__always)
  func multiply(_ count: Int, _ scratch: SearchScratch) {
    unsafe kernels.dots(
      scratch.query, memory.codes, slots: UnsafeBufferPointer(start: scratch.slots, count: count),
      into: UnsafeMutableBufferPointer(start: scratch.products, count: SearchScratch.batch))
  }

  /// A stored vector as a query, until the next call (writer).
  func storedCodes(_ slot: UInt32) -> CodeQuery {
    unsafe stored.assign(codes: UnsafeRawBufferPointer(memory.codes(of: slot)), scale: memory.scale(slot))
    return stored
  }
}
