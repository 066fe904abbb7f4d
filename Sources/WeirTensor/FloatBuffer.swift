import CWeirKernels

/// A fixed number of floats in 64-byte aligned memory that kernels read and write in place.
///
/// It is the scratch memory of the models: made once, used for every token, so that the steady state allocates
/// nothing. It has reference semantics and one owner; it is not `Sendable`. Starts as zeros.
@safe package final class FloatBuffer {
  package let count: Int
  let base: UnsafeMutablePointer<Float>

  package init(count: Int) {
    precondition(count >= 0, "a buffer cannot have \(count) floats")
    self.count = count
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
    unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
  }

  package convenience init(_ values: [Float]) {
    self.init(count: values.count)
    view.assign(values)
  }

  deinit { unsafe base.deallocate() }

  /// All of it.
  package var view: FloatView { FloatView(buffer: self, offset: 0, count: count) }

  /// The floats of `range`, which must lie inside.
  package subscript(range: Range<Int>) -> FloatView { view[range] }

  package subscript(index: Int) -> Float {
    get { view[index] }
    set { view[index] = newValue }
  }
}
