internal import CWeirKernels

/// How keys and values are kept.
package enum CacheType: String, Sendable, CaseIterable {
  /// Two bytes a number; what models are made for.
  case f16
  /// One byte a number and a scale for each position and head: half the memory, a little less exact.
  case q8

  var kernelType: weir_cache { self == .f16 ? WEIR_CACHE_F16 : WEIR_CACHE_Q8 }
}

/// The size of a model's keys and values.
package struct CacheShape: Sendable, Hashable {
  package var type: CacheType
  package var layers: Int
  /// Key/value heads of a layer.
  package var heads: Int
  /// Elements of a head.
  package var headWidth: Int

  package init(type: CacheType, layers: Int, heads: Int, headWidth: Int) {
    precondition(layers > 0 && heads > 0 && headWidth > 0, "a cache of \(layers) layers, \(heads) x \(headWidth)")
    self.type = type
    self.layers = layers
    self.heads = heads
    self.headWidth = headWidth
  }

  /// Bytes of one head of one layer in a block, padded so that each starts on a cache line.
  var headBytes: Int { (weir_cache_head_bytes(type.kernelType, headWidth) + 63) / 64 * 64 }
  /// Bytes of a block of `KeyValueBlock.positions` positions.
  package var blockBytes: Int { headBytes * heads * layers }
}

/// Keys and values of 64 consecutive positions in all layers: the unit in which caches grow and share.
// @unchecked Sendable because only the one cache that owns a block alone writes to it; shared blocks are never written.
@safe package final class KeyValueBlock: @unchecked Sendable {
  package static let positions = Int(WEIR_CACHE_POSITIONS)

  let base: UnsafeMutableRawPointer
  package let byteCount: Int

  init(byteCount: Int) {
    self.byteCount = byteCount
    unsafe base = .allocate(byteCount: byteCount, alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }

  deinit { unsafe base.deallocate() }

  func copy() -> KeyValueBlock {
    let result = KeyValueBlock(byteCount: byteCount)
    unsafe result.base.copyMemory(from: base, byteCount: byteCount)
    return result
  }

  /// A block of stored bytes; nil where their number is not that of the shape.
  package convenience init?(_ bytes: RawSpan, shape: CacheShape) {
    guard bytes.byteCount == shape.blockBytes else { return nil }
    self.init(byteCount: bytes.byteCount)
    unsafe bytes.withUnsafeBytes { source in
      if let first = source.baseAddress { unsafe base.copyMemory(from: first, byteCount: byteCount) }
    }
  }

  /// All bytes, for storing: a copy.
  package var bytes: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: base, count: byteCount)) }
}

/// The keys and values of one text: blocks of 64 positions that are taken as needed and may be shared between texts that
/// begin alike. A block that somebody else holds too is copied before it is written.
@safe package final class KeyValueCache {
  package let shape: CacheShape
  package private(set) var blocks: [KeyValueBlock] = []
  /// Blocks of texts that are over, for the next one: a text takes and gives back some at a time, and the allocator would
  /// scatter them. What stands in them is never read: a position is written before it is attended to.
  private var spare: [KeyValueBlock] = []
  private static let mostSpare = 4
  /// The blocks' memory, for the kernels.
  private var pointers: UnsafeMutablePointer<UnsafePointer<UInt8>>
  private var pointerCapacity = 16

  package init(_ shape: CacheShape) {
    self.shape = shape
    unsafe pointers = .allocate(capacity: pointerCapacity)
  }

  deinit { unsafe pointers.deallocate() }

  package var byteCount: Int { (blocks.count + spare.count) * shape.blockBytes }

  /// Makes the blocks of `positions` writable; the blocks before them must be there.
  package func reserve(_ positions: Range<Int>) {
    precondition(positions.lowerBound <= blocks.count * KeyValueBlock.positions, "a gap in a key/value cache")
    let first = positions.lowerBound / KeyValueBlock.positions
    let end = (positions.upperBound + KeyValueBlock.positions - 1) / KeyValueBlock.positions
    for index in first..<max(first, min(end, blocks.count)) where !isKnownUniquelyReferenced(&blocks[index]) {
      blocks[index] = blocks[index].copy()
    }
    while blocks.count < end { blocks.append(spare.popLast() ?? KeyValueBlock(byteCount: shape.blockBytes)) }
    updatePointers()
  }

  /// Replaces all blocks by `shared`, which hold the first positions of a text.
  package func adopt(_ shared: [KeyValueBlock]) {
    precondition(shared.allSatisfy { $0.byteCount == shape.blockBytes }, "blocks of another shape")
    for index in blocks.indices where spare.count < Self.mostSpare && isKnownUniquelyReferenced(&blocks[index]) {
      spare.append(blocks[index])
    }
    blocks = shared
    updatePointers()
  }

  private func updatePointers() {
    if blocks.count > pointerCapacity {
      unsafe pointers.deallocate()
      while pointerCapacity < blocks.count { pointerCapacity *= 2 }
      unsafe pointers = .allocate(capacity: pointerCapacity)
    }
    for (index, block) in blocks.enumerated() {
      unsafe (pointers + index).initialize(to: UnsafePointer(block.base.assumingMemoryBound(to: UInt8.self)))
    }
  }

  private func headOffset(layer: Int, head: Int) -> Int {
    precondition(layer >= 0 && layer < shape.layers && head >= 0 && head < shape.heads, "no such head")
    return (layer * shape.heads + head) * shape.headBytes
  }

  /// Writes keys and values of one position in one layer: heads x headWidth each. The position must be reserved.
  package func store(
    layer: Int, position: Int, keys: FloatView, values: FloatView, kernels: Kernels = .active
  ) {
    let width = shape.headWidth
    precondition(keys.count == shape.heads * width && values.count == keys.count, "\(keys.count) keys of a position")
    let (block, inside) = position.quotientAndRemainder(dividingBy: KeyValueBlock.positions)
    for head in 0..<shape.heads {
      let place = unsafe blocks[block].base + headOffset(layer: layer, head: head)
      unsafe weir_cache_store(
        kernels.table, shape.type.kernelType, place.assumingMemoryBound(to: UInt8.self), width, inside,
        keys.pointer + head * width, values.pointer + head * width)
    }
  }

  /// One query of a head, and the positions it attends to.
  package struct Query {
    /// [headWidth] each
    package var query: FloatView
    package var out: FloatView
    package var positions: Range<Int>

    package init(query: FloatView, out: FloatView, positions: Range<Int>) {
      self.query = query
      self.out = out
      self.positions = positions
    }
  }

  /// Floats of scratch that `attend` needs for texts of up to `end` positions.
  package static func scratch(end: Int) -> Int {
    Int(WEIR_ATTENTION_ROWS) * ((end + KeyValueBlock.positions - 1) / KeyValueBlock.positions * KeyValueBlock.positions)
  }

  /// Each query attends to its positions of one head: out = softmax(scale q k^T) v. What a query gets does not depend on
  /// the others.
  ///
  /// - Parameters:
  ///   - scale: what scores are multiplied by.
  ///   - cap: a scaled score s becomes cap * tanh(s / cap); 0 leaves it as it is.
  ///   - scratch: `scratch(end:)` floats for the largest end of a query; used by nobody else meanwhile.
  package func attend(
    layer: Int, head: Int, queries: [Query], scale: Float, cap: Float, scratch: FloatView, kernels: Kernels
  ) {
    let room = scratch.count / Int(WEIR_ATTENTION_ROWS)
    var step = unsafe weir_attention_step(
      type: shape.type.kernelType, blocks: UnsafePointer(pointers), head_offset: headOffset(layer: layer, head: head),
      width: shape.headWidth, scale: scale, cap: cap)
    unsafe withUnsafeTemporaryAllocation(of: weir_attention_row.self, capacity: queries.count) { rows in
      for (index, query) in queries.enumerated() {
        precondition(
          query.query.count == shape.headWidth && query.out.count == shape.headWidth, "a query of another width")
        let positions = query.positions
        precondition(
          positions.lowerBound >= 0 && !positions.isEmpty
            && positions.upperBound <= blocks.count * KeyValueBlock.positions
            && Self.scratch(end: positions.upperBound) <= scratch.count, "positions \(positions) of a cache or scratch")
        unsafe rows.initializeElement(
          at: index,
          to: weir_attention_row(
            q: query.query.pointer, out: query.out.pointer,
            scores: scratch.pointer + index % Int(WEIR_ATTENTION_ROWS) * room,
            first: positions.lowerBound, end: positions.upperBound))
      }
      guard let first = rows.baseAddress else { return }
      unsafe weir_attend(kernels.table, &step, first, queries.count)
    }
  }
}
