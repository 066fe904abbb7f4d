import CWeirKernels

/// The encoder's steps. Counts must agree; a mismatch is a bug of the caller and traps.
extension Kernels {
  var encoder: weir_encoder_kernels { unsafe table.pointee.encoder.pointee }

  /// The codes of `x`, tokens x columns of `map`, as `map` takes them.
  package func encode(_ x: FloatView, for map: LinearMap, into codes: TokenCodes) {
    let tokens = x.count / map.columns
    Self.check(x.count, tokens * map.columns)
    var (target, memory) = unsafe (map.map, codes.prepare(tokens: tokens, columns: map.columns))
    unsafe encoder.encode(&target, x.pointer, tokens, &memory)
  }

  /// y = W x + b for every token of `x`; `y` is tokens x rows. A token's result does not depend on the others.
  package func multiply(_ map: LinearMap, _ x: TokenCodes, into y: FloatView) {
    precondition(x.columns == map.columns, "a map of \(map.columns) columns cannot take codes of \(x.columns)")
    Self.check(y.count, x.tokens * map.rows)
    var (source, memory) = unsafe (map.map, x.filled)
    unsafe encoder.linear(&source, x.tokens, &memory, y.pointer, map.rows)
  }

  /// The codes of gelu(W x + b) for `next`.
  ///
  /// gelu is within 1e-4 here, a small part of what an int8 step is.
  /// - Parameter strip: scratch of tokens x 128 floats.
  package func multiplyGelu(
    _ map: LinearMap, _ x: TokenCodes, for next: LinearMap, strip: FloatView, into codes: TokenCodes
  ) {
    precondition(x.columns == map.columns, "a map of \(map.columns) columns cannot take codes of \(x.columns)")
    precondition(next.columns == map.rows, "\(map.rows) rows cannot be the columns of a map of \(next.columns)")
    precondition(strip.count >= x.tokens * Int(WEIR_LINEAR_GROUP), "\(strip.count) floats of scratch are too few")
    var (source, target) = unsafe (map.map, next.map)
    var (memory, written) = unsafe (x.filled, codes.prepare(tokens: x.tokens, columns: next.columns))
    unsafe encoder.linear_gelu(&source, x.tokens, &memory, &target, &written, strip.pointer)
  }

  /// hidden = norm(hidden + update), token by token, and its codes for `next`, where there is one.
  package func finish(
    _ hidden: FloatView, adding update: FloatView, weight: [Float], bias: [Float], epsilon: Float,
    for next: LinearMap?, into codes: TokenCodes
  ) {
    let columns = weight.count
    precondition(columns > 0, "a norm of nothing")
    let tokens = hidden.count / columns
    Self.check(hidden.count, tokens * columns)
    Self.check(update.count, hidden.count)
    Self.check(bias.count, columns)
    unsafe weight.withUnsafeBufferPointer { weight in
      unsafe bias.withUnsafeBufferPointer { bias in
        guard let first = weight.baseAddress, let second = bias.baseAddress else { return }
        let memory = unsafe next == nil ? codes.filled : codes.prepare(tokens: tokens, columns: columns)
        var finish = unsafe weir_encoder_finish(
          hidden: hidden.pointer, update: update.pointer, tokens: tokens, columns: columns, weight: first,
          bias: second, epsilon: epsilon, next: nil, codes: memory)
        guard let next else {
          unsafe encoder.finish(&finish)
          return
        }
        Self.check(next.columns, columns)
        unsafe withUnsafePointer(to: next.map) { map in
          unsafe finish.next = map
          unsafe encoder.finish(&finish)
        }
      }
    }
  }

  /// Floats of scratch that `attendTogether` needs.
  package static func attentionScratch(tokens: Int, headWidth: Int) -> Int {
    weir_encoder_attention_scratch(tokens, headWidth)
  }

  /// Every token attends to every token, head by head: out = softmax(q k^T / sqrt(headWidth)) v.
  ///
  /// - Parameters:
  ///   - qkv: tokens x 3 * heads * headWidth: a token's queries, then its keys, then its values.
  ///   - out: tokens x heads * headWidth.
  ///   - scratch: at least `attentionScratch(tokens:headWidth:)` floats.
  package func attendTogether(
    qkv: FloatView, tokens: Int, heads: Int, headWidth: Int, scratch: FloatView, into out: FloatView
  ) {
    precondition(tokens > 0 && headWidth > 0, "attention of \(tokens) tokens with heads of \(headWidth)")
    Self.check(qkv.count, tokens * 3 * heads * headWidth)
    Self.check(out.count, tokens * heads * headWidth)
    let needed = Self.attentionScratch(tokens: tokens, headWidth: headWidth)
    precondition(scratch.count >= needed, "\(scratch.count) floats of scratch, \(needed) needed")
    var attention = unsafe weir_encoder_attention(
      qkv: qkv.pointer, out: out.pointer, tokens: tokens, heads: heads, width: headWidth,
      scale: 1 / Float(headWidth).squareRoot(), scratch: scratch.pointer)
    unsafe encoder.attend(&attention)
  }

  /// The floats of Q8_0 blocks as GGUF files have them, 34 bytes for 32 floats.
  package func unpackQ8_0(_ bytes: RawSpan, into out: FloatView) {
    Self.check(out.count, bytes.byteCount / 34 * 32)
    Self.check(bytes.byteCount % 34, 0)
    unsafe bytes.withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      unsafe encoder.unpack_q8_0(first.assumingMemoryBound(to: UInt8.self), bytes.byteCount / 34, out.pointer)
    }
  }
}
