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
}
