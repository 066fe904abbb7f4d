import CWeirKernels

/// The int8 input of a `LinearMap`: codes of some tokens, with a scale and a sum for each 128 columns of a token.
///
/// Made once for the largest input; filling it allocates nothing. It has one owner and is not `Sendable`.
@safe package final class TokenCodes {
  package private(set) var tokens = 0
  package private(set) var columns = 0
  /// The largest input: tokens and columns.
  package let capacity: (tokens: Int, columns: Int)
  private let codes: UnsafeMutablePointer<Int8>
  private let scales: UnsafeMutablePointer<Float>
  private let sums: UnsafeMutablePointer<Int32>

  package init(tokens: Int, columns: Int) {
    precondition(tokens >= 0 && columns >= 0, "codes of \(tokens) tokens of \(columns) columns")
    capacity = (tokens, columns)
    let groups = max(tokens * weir_linear_groups(columns), 1)
    unsafe codes = .allocate(capacity: max(tokens * weir_linear_padded(columns), 1))
    unsafe scales = .allocate(capacity: groups)
    unsafe sums = .allocate(capacity: groups)
  }

  deinit {
    unsafe codes.deallocate()
    unsafe scales.deallocate()
    unsafe sums.deallocate()
  }

  /// The memory for `tokens` tokens of `columns` columns, which a kernel is about to fill.
  func prepare(tokens: Int, columns: Int) -> weir_codes {
    precondition(
      tokens >= 0 && tokens <= capacity.tokens && columns <= capacity.columns,
      "codes of \(tokens) tokens of \(columns) columns exceed \(capacity.tokens) of \(capacity.columns)")
    self.tokens = tokens
    self.columns = columns
    return unsafe filled
  }

  /// What a kernel has filled.
  var filled: weir_codes { unsafe weir_codes(codes: codes, scales: scales, sums: sums) }

  /// maxima[k] = max(maxima[k], the largest magnitude of column k over the tokens); what was rounded to zero counts as
  /// half a step. The input's own magnitudes where it was not smoothed.
  package func raise(_ maxima: inout [Float]) {
    precondition(maxima.count == columns, "\(maxima.count) maxima of \(columns) columns")
    let (padded, groups) = (weir_linear_padded(columns), weir_linear_groups(columns))
    for token in 0..<tokens {
      for column in 0..<columns {
        let scale = unsafe scales[token * groups + column / Int(WEIR_LINEAR_GROUP)]
        let code = unsafe codes[token * padded + column]
        maxima[column] = max(maxima[column], max(Float(code.magnitude), 0.5) * scale)
      }
    }
  }
}
