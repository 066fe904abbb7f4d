/// A range of a `FloatBuffer`: what kernels take as operand and as result. Copies share the memory.
@safe package struct FloatView {
  package let buffer: FloatBuffer
  package let offset: Int
  package let count: Int

  init(buffer: FloatBuffer, offset: Int, count: Int) {
    self.buffer = buffer
    self.offset = offset
    self.count = count
  }

  /// First float; valid for `count` floats while the buffer lives.
  var pointer: UnsafeMutablePointer<Float> { unsafe buffer.base + offset }

  /// The floats of `range`, counted from this view's start; it must lie inside.
  package subscript(range: Range<Int>) -> FloatView {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "floats \(range) lie outside a view of \(count)")
    return FloatView(buffer: buffer, offset: offset + range.lowerBound, count: range.count)
  }

  /// Row `index` of consecutive rows of `width` floats.
  package func row(_ index: Int, width: Int) -> FloatView { self[index * width..<(index + 1) * width] }

  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "float \(index) lies outside a view of \(count)")
      return unsafe pointer[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "float \(index) lies outside a view of \(count)")
      unsafe pointer[index] = newValue
    }
  }

  /// Copies as many floats as the view has.
  package func assign(_ values: [Float]) {
    precondition(values.count == count, "\(values.count) floats cannot fill a view of \(count)")
    unsafe values.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe pointer.update(from: first, count: count)
    }
  }

  /// Copies a part of an array, as many floats as the view has.
  package func assign(_ values: ArraySlice<Float>) {
    precondition(values.count == count, "\(values.count) floats cannot fill a view of \(count)")
    unsafe values.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe pointer.update(from: first, count: count)
    }
  }

  /// Copies little-endian floats of any alignment, as many as the view has.
  package func assign(_ bytes: RawSpan) {
    precondition(bytes.byteCount == 4 * count, "\(bytes.byteCount) bytes cannot fill a view of \(count)")
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(pointer).copyMemory(from: first, byteCount: 4 * count)
    }
  }

  /// Copies another view of the same count; the two may overlap.
  package func assign(_ other: FloatView) {
    precondition(other.count == count, "\(other.count) floats cannot fill a view of \(count)")
    unsafe pointer.update(from: other.pointer, count: count)
  }

  /// maxima[i] = max(maxima[i], |self[i]|); what is not a number raises nothing.
  package func raiseMagnitudes(in maxima: FloatView) {
    precondition(maxima.count == count, "\(maxima.count) maxima of \(count) floats")
    let (values, largest) = unsafe (pointer, maxima.pointer)
    for index in 0..<count {
      let magnitude = unsafe values[index].magnitude
      unsafe largest[index] = magnitude > largest[index] ? magnitude : largest[index]
    }
  }

  package func fill(_ value: Float) { unsafe pointer.update(repeating: value, count: count) }

  /// A copy that outlives the buffer.
  package var array: [Float] { unsafe Array(UnsafeBufferPointer(start: pointer, count: count)) }
}
