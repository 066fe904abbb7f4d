import CWeirKernels

/// The right operand of products: the vectors of some tokens, as floats and, once a block-type matrix asks for them,
/// as int8 blocks of 32 with one scale each.
///
/// Quantizing happens at most once per `load`, so the products of one layer that share an input (query, key and value;
/// gate and up) share it. Made once for the largest input; loading allocates nothing.
@safe package final class Activations {
  package private(set) var tokens = 0
  package private(set) var columns = 0
  package let capacity: Int
  private(set) var source: FloatView
  private var isQuantized = false
  let codes: UnsafeMutablePointer<Int8>
  let scales: UnsafeMutablePointer<Float>
  let sums: UnsafeMutablePointer<Int32>
  let halfSums: UnsafeMutablePointer<Int32>

  /// - Parameter capacity: the largest tokens x columns that `load` will be given.
  package init(capacity: Int) {
    precondition(capacity >= 0, "activations cannot have a capacity of \(capacity)")
    self.capacity = capacity
    let blocks = capacity / 32 + 1
    unsafe codes = .allocate(capacity: blocks * 32)
    unsafe scales = .allocate(capacity: blocks)
    unsafe sums = .allocate(capacity: blocks)
    unsafe halfSums = .allocate(capacity: blocks)
    source = FloatBuffer(count: 0).view
  }

  deinit {
    unsafe codes.deallocate()
    unsafe scales.deallocate()
    unsafe sums.deallocate()
    unsafe halfSums.deallocate()
  }

  /// Takes `tokens` consecutive rows of `columns` floats. The floats are not copied: `x` must keep its values until the
  /// products are done.
  package func load(_ x: FloatView, tokens: Int, columns: Int) {
    precondition(tokens >= 0 && columns >= 0, "\(tokens) tokens of \(columns) columns cannot be loaded")
    precondition(x.count == tokens * columns, "\(x.count) floats are not \(tokens) tokens of \(columns) columns")
    precondition(x.count <= capacity, "\(x.count) floats exceed a capacity of \(capacity)")
    self.tokens = tokens
    self.columns = columns
    source = x
    isQuantized = false
  }

  /// Makes the int8 blocks, unless this input has them already.
  package func quantize(kernels: Kernels = .active) {
    precondition(columns.isMultiple(of: 32), "\(columns) columns are not whole blocks of 32")
    guard !isQuantized else { return }
    unsafe kernels.table.pointee.quantize(source.pointer, tokens * columns / 32, codes, scales, sums, halfSums)
    isQuantized = true
  }

  /// Makes the int8 blocks of some tokens; threads may make those of different tokens at once. `didQuantize` follows.
  package func quantize(rows: Range<Int>, kernels: Kernels = .active) {
    precondition(columns.isMultiple(of: 32), "\(columns) columns are not whole blocks of 32")
    precondition(rows.lowerBound >= 0 && rows.upperBound <= tokens, "tokens \(rows) of \(tokens)")
    guard !isQuantized else { return }
    let (first, block) = (rows.lowerBound * columns, rows.lowerBound * columns / 32)
    unsafe kernels.table.pointee.quantize(
      source.pointer + first, rows.count * columns / 32, codes + first, scales + block, sums + block,
      halfSums + block)
  }

  /// All tokens' blocks were made by `quantize(rows:)`.
  package func didQuantize() { isQuantized = true }
}
