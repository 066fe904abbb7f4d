import CWeirKernels

extension Kernels {
  /// Floats of scratch that `attendAll` needs for one head.
  package static func attentionScratch(tokens: Int, headWidth: Int) -> Int {
    weir_attention_scratch(tokens, headWidth)
  }

  /// Every token attends to every token, head by head, as in an encoder: out = softmax(q k^T / sqrt(headWidth)) v.
  ///
  /// - Parameters:
  ///   - qkv: tokens x 3 * heads * headWidth: a token's queries, then its keys, then its values.
  ///   - out: tokens x heads * headWidth.
  ///   - scratch: at least `attentionScratch(tokens:headWidth:)` floats.
  package func attendAll(
    qkv: FloatView, tokens: Int, heads: Int, headWidth: Int, scratch: FloatView, into out: FloatView
  ) {
    let width = heads * headWidth
    precondition(tokens > 0 && headWidth > 0, "attention of \(tokens) tokens with heads of \(headWidth)")
    Self.check(qkv.count, tokens * 3 * width)
    Self.check(out.count, tokens * width)
    let needed = Self.attentionScratch(tokens: tokens, headWidth: headWidth)
    precondition(scratch.count >= needed, "\(scratch.count) floats of scratch, \(needed) needed")
    for head in 0..<heads {
      let first = unsafe qkv.pointer + head * headWidth
      var attention = unsafe weir_attention(
        q: first, k: first + width, v: first + 2 * width, stride: 3 * width,
        out: out.pointer + head * headWidth, out_stride: width, tokens: tokens, width: headWidth,
        scale: 1 / Float(headWidth).squareRoot(), scratch: scratch.pointer)
      unsafe weir_attend_all(table, &attention)
    }
  }

  /// One query head attends to the first `count` rows of a key/value cache, as in a decoder's step.
  ///
  /// - Parameters:
  ///   - query, out: one head, `headWidth` floats.
  ///   - keys, values: the cache of a layer: rows of `rowWidth` floats, in which this head starts at `headOffset`.
  ///   - scale: what scores are multiplied by; 1 / sqrt(headWidth), if nil.
  ///   - cap: a scaled score s becomes cap * tanh(s / cap); 0 leaves it as it is.
  ///   - scores: scratch for at least `count` floats; holds the attention weights afterwards.
  package func attend(
    query: FloatView, keys: FloatView, values: FloatView, rowWidth: Int, headOffset: Int, count: Int,
    scale: Float? = nil, cap: Float = 0, scores: FloatView, into out: FloatView
  ) {
    let headWidth = query.count
    precondition(count > 0 && headWidth > 0, "attention of \(headWidth) elements over \(count) rows")
    Self.check(out.count, headWidth)
    precondition(headOffset >= 0 && headOffset + headWidth <= rowWidth, "a head outside its row of \(rowWidth)")
    precondition(
      keys.count >= count * rowWidth && values.count >= count * rowWidth, "\(count) rows exceed the cache")
    precondition(scores.count >= count, "\(scores.count) floats cannot hold \(count) scores")
    var step = unsafe weir_attention_step(
      q: query.pointer, k: keys.pointer + headOffset, v: values.pointer + headOffset, stride: rowWidth,
      count: count, width: headWidth, scale: scale ?? 1 / Float(headWidth).squareRoot(), cap: cap,
      scores: scores.pointer, out: out.pointer)
    unsafe weir_attend(table, &step)
  }
}
