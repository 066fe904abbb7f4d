import CWeirKernels

/// What the vector index computes: similarities and distances with stored vectors that are named by their slots.
///
/// Counts must agree; a mismatch is a bug of the caller and traps. The caller owns the mapping behind a `RecordPart`, and
/// a result is written for each slot, in their order.
extension Kernels {
  var index: weir_index_kernels { unsafe table.pointee.index.pointee }

  /// Writes `CodeQuery.bytes(dimension:)` bytes of codes, at any alignment; returns the scale, max|x| / 127.
  package func storeCodes(of x: Span<Float>, into out: UnsafeMutableRawBufferPointer) -> Float {
    precondition(x.count <= CodeQuery.mostDimension, "a vector of \(x.count) numbers cannot have codes")
    Self.check(out.count, weir_codes_bytes(x.count))
    return unsafe x.withUnsafeBufferPointer { x in
      guard let first = x.baseAddress, let target = out.baseAddress else { return 0 }
      return unsafe index.quantize(first, x.count, target.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Bytes of a vector's sign bits.
  package static func signBytes(dimension: Int) -> Int { weir_signs_bytes(dimension) }

  /// Writes `signBytes(dimension:)` bytes, at any alignment: a bit for each number, set where it is above zero.
  package func storeSigns(of x: Span<Float>, into out: UnsafeMutableRawBufferPointer) {
    Self.check(out.count, weir_signs_bytes(x.count))
    unsafe x.withUnsafeBufferPointer { x in
      guard let first = x.baseAddress, let target = out.baseAddress else { return }
      unsafe index.signs(first, x.count, target.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// The exact products of codes: times both scales they are the similarities.
  package func dots(
    _ query: CodeQuery, _ part: RecordPart, slots: UnsafeBufferPointer<UInt32>,
    into out: UnsafeMutableBufferPointer<Int32>
  ) {
    Self.check(part.bytes, CodeQuery.bytes(dimension: query.dimension))
    precondition(out.count >= slots.count, "room for \(out.count) of \(slots.count) products")
    unsafe part.check(slots)
    guard let first = slots.baseAddress, let target = out.baseAddress else { return }
    var (query, records) = unsafe (query.query, part.records)
    unsafe index.dots(&query, &records, first, slots.count, target)
  }

  /// The product with one vector's codes.
  package func dot(_ query: CodeQuery, _ codes: UnsafeRawBufferPointer) -> Int32 {
    precondition(
      codes.count >= CodeQuery.bytes(dimension: query.dimension), "codes of \(codes.count) bytes are too few")
    guard let first = codes.baseAddress else { return 0 }
    var query = unsafe query.query
    return unsafe index.dot(&query, first.assumingMemoryBound(to: UInt8.self))
  }

  /// In how many sign bits each vector differs from the query, whose bits `signs` are.
  package func signDistances(
    _ signs: UnsafeRawBufferPointer, _ part: RecordPart, slots: UnsafeBufferPointer<UInt32>,
    into out: UnsafeMutableBufferPointer<UInt32>
  ) {
    Self.check(signs.count, part.bytes)
    precondition(signs.count % 8 == 0, "sign bits are whole words, found \(signs.count) bytes")
    precondition(signs.count <= weir_signs_bytes(CodeQuery.mostDimension), "sign bits of \(signs.count) bytes")
    precondition(out.count >= slots.count, "room for \(out.count) of \(slots.count) distances")
    unsafe part.check(slots)
    guard let bits = signs.baseAddress, let first = slots.baseAddress, let target = out.baseAddress else { return }
    var records = unsafe part.records
    unsafe index.distances(
      bits.assumingMemoryBound(to: UInt8.self), signs.count, &records, first, slots.count, target)
  }

  /// The products of floats with stored codes: times a vector's scale they are similarities that only the stored side
  /// has rounded. `x` has as many floats as a vector has bytes of codes, zeros beyond its numbers.
  package func dots(
    _ x: FloatView, _ part: RecordPart, slots: UnsafeBufferPointer<UInt32>, into out: UnsafeMutableBufferPointer<Float>
  ) {
    Self.check(x.count, part.bytes)
    precondition(x.count % Int(WEIR_CODES_STEP) == 0, "\(x.count) floats are not padded as codes are")
    precondition(out.count >= slots.count, "room for \(out.count) of \(slots.count) products")
    unsafe part.check(slots)
    guard let first = slots.baseAddress, let target = out.baseAddress else { return }
    var records = unsafe part.records
    unsafe index.float_dots(x.pointer, part.bytes, &records, first, slots.count, target)
  }
}
