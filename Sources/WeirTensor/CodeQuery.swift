import CWeirKernels

/// One side of similarities with stored codes: a vector as signed int8 codes with a scale of its own.
///
/// Made once for a searching thread and filled for each query, so that the steady state allocates nothing. It has one
/// owner and is not `Sendable`.
@safe package final class CodeQuery {
  /// Numbers of a vector.
  package let dimension: Int
  /// A number is about its code times this.
  package private(set) var scale: Float = 0
  private var sum: Int32 = 0
  private let kernels: Kernels
  private let bytes: Int
  private let codes: UnsafeMutablePointer<Int8>
  /// Room for a query as it would be stored.
  private let stored: UnsafeMutableRawBufferPointer

  /// Bytes of the stored codes of a vector.
  package static func bytes(dimension: Int) -> Int { weir_codes_bytes(dimension) }
  /// The longest vector that has codes.
  package static let mostDimension = Int(WEIR_CODES_MOST)

  package init(dimension: Int, kernels: Kernels = .active) {
    precondition(
      dimension > 0 && dimension <= Self.mostDimension, "a vector of \(dimension) numbers cannot have codes")
    (self.dimension, self.kernels) = (dimension, kernels)
    bytes = weir_codes_bytes(dimension)
    unsafe stored = .allocate(byteCount: bytes, alignment: 64)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe codes = memory.bindMemory(to: Int8.self, capacity: bytes)
    unsafe codes.initialize(repeating: 0, count: bytes)
  }

  deinit {
    unsafe codes.deallocate()
    unsafe stored.deallocate()
  }

  /// Takes a vector of `dimension` floats.
  package func assign(_ x: Span<Float>) {
    precondition(x.count == dimension, "a query of \(x.count) numbers among vectors of \(dimension)")
    let scale = unsafe kernels.storeCodes(of: x, into: stored)
    unsafe assign(codes: UnsafeRawBufferPointer(stored), scale: scale)
  }

  /// Takes what is stored of a vector: at least `bytes(dimension:)` bytes, and its scale.
  package func assign(codes source: UnsafeRawBufferPointer, scale: Float) {
    precondition(source.count >= bytes, "codes of \(source.count) bytes, \(bytes) expected")
    guard let first = source.baseAddress else { return }
    self.scale = scale
    unsafe sum = kernels.index.query(first.assumingMemoryBound(to: UInt8.self), bytes, codes)
  }

  var query: weir_code_query { unsafe weir_code_query(codes: codes, bytes: bytes, sum: sum) }
}
