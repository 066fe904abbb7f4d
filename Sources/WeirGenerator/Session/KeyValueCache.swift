import WeirTensor

/// The keys and values of the tokens read so far, layer by layer, in F32.
///
/// A row is one token's kvHeads x headWidth. Room is taken as needed, doubling up to the context, so that a short
/// answer of a model with a long context stays small; after that nothing is allocated.
struct KeyValueCache {
  let context: Int
  let rowWidth: Int
  private(set) var capacity = 0
  private var keys: [FloatBuffer]
  private var values: [FloatBuffer]

  init(layers: Int, rowWidth: Int, context: Int) {
    precondition(layers > 0 && rowWidth > 0 && context > 0, "a cache of \(layers) layers, \(rowWidth), \(context)")
    self.context = context
    self.rowWidth = rowWidth
    keys = (0..<layers).map { _ in FloatBuffer(count: 0) }
    values = (0..<layers).map { _ in FloatBuffer(count: 0) }
  }

  /// Makes room for `count` tokens and keeps the rows there are.
  mutating func reserve(_ count: Int) {
    precondition(count <= context, "\(count) tokens in a cache for \(context)")
    guard count > capacity else { return }
    var grown = max(capacity, min(64, context))
    while grown < count { grown = min(grown * 2, context) }
    for layer in keys.indices {
      for buffers in [\KeyValueCache.keys, \KeyValueCache.values] {
        let larger = FloatBuffer(count: grown * rowWidth)
        larger[0..<capacity * rowWidth].assign(self[keyPath: buffers][layer].view)
        self[keyPath: buffers][layer] = larger
      }
    }
    capacity = grown
  }

  /// Rows of keys of these positions: positions x rowWidth.
  func keys(layer: Int, _ positions: Range<Int>) -> FloatView {
    keys[layer][positions.lowerBound * rowWidth..<positions.upperBound * rowWidth]
  }

  /// Rows of values of these positions: positions x rowWidth.
  func values(layer: Int, _ positions: Range<Int>) -> FloatView {
    values[layer][positions.lowerBound * rowWidth..<positions.upperBound * rowWidth]
  }

  var byteCount: Int { 2 * keys.count * capacity * rowWidth * 4 }
}
