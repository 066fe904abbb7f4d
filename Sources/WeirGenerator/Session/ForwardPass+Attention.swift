import WeirTensor

extension ForwardPass {
  /// Tokens of one text that a piece of attention takes together, for one head.
  private static let tokensTogether = 16

  /// Grouped-query attention of each row over its text up to itself; leaves its heads in `attended`.
  func attend(_ layer: DecoderLayer, _ index: Int, input: FloatView, steps: [SequenceStep], rows: [RowPlace]) {
    let shape = model.shape
    let n = rows.count
    let q = queries[0..<n * shape.queryWidth]
    let k = keys[0..<n * shape.kvWidth]
    let v = values[0..<n * shape.kvWidth]
    activations.load(input, tokens: n, columns: shape.width)
    multiply([Product(layer.query, into: q), Product(layer.key, into: k), Product(layer.value, into: v)], activations)

    let window = shape.window.flatMap { $0.isLocal[index] ? $0.size : nil }
    let rotary = window == nil ? model.rotary : model.localRotary
    forEachRow(n, .store) { range in
      if let norm = layer.queryNorm {
        normalise(q, norm, into: q, rows: range.lowerBound * shape.heads..<range.upperBound * shape.heads)
      }
      if let norm = layer.keyNorm {
        normalise(k, norm, into: k, rows: range.lowerBound * shape.kvHeads..<range.upperBound * shape.kvHeads)
      }
      for row in range {
        let position = rows[row].position
        let key = k.row(row, width: shape.kvWidth)
        rotary.rotate(q.row(row, width: shape.queryWidth), position: position, kernels: kernels)
        rotary.rotate(key, position: position, kernels: kernels)
        steps[rows[row].step].session.cache.store(
          layer: index, position: position, keys: key, values: v.row(row, width: shape.kvWidth),
          kernels: kernels)
      }
    }
    attend(index, window: window, steps: steps, rows: rows)
  }

  /// The rows' heads in pieces of some tokens, shared among threads where the texts are long enough to be worth it.
  private func attend(_ layer: Int, window: Int?, steps: [SequenceStep], rows: [RowPlace]) {
    let shape = model.shape
    let pieces = pieces(rows)
    let items = pieces.count * shape.kvHeads
    let longest = rows.reduce(0) { max($0, $1.position + 1) }
    let needed = KeyValueCache.scratch(end: longest)
    if scores.count < needed * pool.mostParts { scores = FloatBuffer(count: needed * pool.mostParts * 2) }
    let room = scores.count / pool.mostParts
    let work = rows.count * longest * shape.queryWidth
    let scores = scores.view
    let job = ComputeJob(.attend, detail: rows.count.bitWidth - rows.count.leadingZeroBitCount, amount: work)
    pool.forEachPart(of: items, grain: work < 1 << 16 ? items : 1, job: job) { range, part in
      let scratch = scores[part * room..<(part + 1) * room]
      for item in range {
        // Heads of one piece follow each other, so that threads share the pieces' lengths fairly.
        let (piece, head) = item.quotientAndRemainder(dividingBy: shape.kvHeads)
        attend(layer, head: head, rows: pieces[piece], of: rows, steps: steps, window: window, scratch: scratch)
      }
    }
  }

  /// Runs of rows of one text, at most `tokensTogether` each.
  private func pieces(_ rows: [RowPlace]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    while start < rows.count {
      var end = start + 1
      while end < rows.count, end - start < Self.tokensTogether, rows[end].step == rows[start].step { end += 1 }
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }

  /// All query heads that share one key/value head.
  private func attend(
    _ layer: Int, head: Int, rows range: Range<Int>, of rows: [RowPlace], steps: [SequenceStep], window: Int?,
    scratch: FloatView
  ) {
    let shape = model.shape
    let group = shape.heads / shape.kvHeads
    var list: [KeyValueCache.Query] = []
    list.reserveCapacity(range.count * group)
    for row in range {
      let end = rows[row].position + 1
      let seen = (window.map { max(end - $0, 0) } ?? 0)..<end
      for query in head * group..<(head + 1) * group {
        let place = row * shape.queryWidth + query * shape.headWidth
        let floats = place..<place + shape.headWidth
        list.append(.init(query: queries[floats], out: attended[floats], positions: seen))
      }
    }
    steps[rows[range.lowerBound].step].session.cache.attend(
      layer: layer, head: head, queries: list, scale: shape.attentionScale, cap: shape.attentionCap ?? 0,
      scratch: scratch, kernels: kernels)
  }
}
