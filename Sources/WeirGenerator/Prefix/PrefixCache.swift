import Synchronization
import WeirTensor

/// Keys and values of past texts by their tokens, 64 positions at a time, so that a text that begins like an earlier one
/// does not read that beginning again. Exact: a block is used only where all tokens up to its end are the same.
///
/// Blocks are shared with the sessions that made them, not copied. The least recently used go first.
final class PrefixCache: Sendable {
  /// A block's place: the block before it, and its own tokens.
  private struct Key: Hashable {
    var parent: Int
    var tokens: [Int32]
  }

  private struct Node {
    var number: Int
    var block: KeyValueBlock
    var lastUse: Int
    var isStored: Bool
  }

  private struct State {
    var nodes: [Key: Node] = [:]
    var bytes = 0
    var uses = 0
    var nextNumber = 1
  }

  private let state = Mutex(State())
  private let limit: Int
  private let shape: CacheShape
  private let folder: PrefixFolder?
  private static let span = KeyValueBlock.positions

  /// `limit` is in bytes of keys and values.
  init(limit: Int, shape: CacheShape, folder: PrefixFolder?) {
    self.limit = limit
    self.shape = shape
    self.folder = folder
  }

  private static func key(_ tokens: [Int32], block index: Int, parent: Int) -> Key {
    Key(parent: parent, tokens: Array(tokens[index * span..<(index + 1) * span]))
  }

  /// The blocks of the longest known beginning of `prompt` that leaves at least one token to read.
  func blocks(for prompt: [Int32]) -> [KeyValueBlock] {
    let most = max(prompt.count - 1, 0) / Self.span
    let use = nextUse(blocks: most)
    var found: [KeyValueBlock] = []
    var parent = 0
    for index in 0..<most {
      let key = Self.key(prompt, block: index, parent: parent)
      let tokens = prompt[..<((index + 1) * Self.span)]
      let known = state.withLock { state -> (number: Int, block: KeyValueBlock, stores: Bool)? in
        guard var node = state.nodes[key] else { return nil }
        let stores = folder != nil && !node.isStored
        node.lastUse = use - index
        node.isStored = node.isStored || stores
        state.nodes[key] = node
        return (node.number, node.block, stores)
      }
      if let known {
        // What is used a second time will be used again after a restart.
        if known.stores { store(known.block, at: key, tokens) }
        found.append(known.block)
        parent = known.number
      } else if let block = folder?.read(tokens, shape: shape) {
        found.append(block)
        parent = insert(block, at: key, use: use - index, isStored: true)
      } else {
        break
      }
    }
    return found
  }

  /// Keeps the full blocks of a text whose tokens have been read, as many from its beginning as there is room for.
  func insert(_ blocks: [KeyValueBlock], of tokens: [Int32]) {
    let kept = blocks.prefix(min(tokens.count / Self.span, limit / max(shape.blockBytes, 1)))
    let use = nextUse(blocks: kept.count)
    var parent = 0
    for (index, block) in kept.enumerated() {
      let key = Self.key(tokens, block: index, parent: parent)
      parent = insert(block, at: key, use: use - index, isStored: false)
    }
  }

  /// A time of use for a chain of blocks: its head has the latest, so that tails, which are no use alone, go first.
  private func nextUse(blocks: Int) -> Int {
    state.withLock { state in
      state.uses += blocks + 1
      return state.uses
    }
  }

  /// Writes the block's file; one that could not be written is tried again at the next use.
  private func store(_ block: KeyValueBlock, at key: Key, _ tokens: ArraySlice<Int32>) {
    folder?.writeLater(block, for: tokens, shape: shape) { [self] isWritten in
      if !isWritten { state.withLock { $0.nodes[key]?.isStored = false } }
    }
  }

  /// The number of the block at `key`, which is `block` if there was none.
  private func insert(_ block: KeyValueBlock, at key: Key, use: Int, isStored: Bool) -> Int {
    state.withLock { state in
      if let known = state.nodes[key] {
        state.nodes[key]?.lastUse = use
        return known.number
      }
      let number = state.nextNumber
      state.nextNumber += 1
      state.nodes[key] = Node(number: number, block: block, lastUse: use, isStored: isStored)
      state.bytes += block.byteCount
      if state.bytes > limit { Self.evict(&state, to: limit * 3 / 4) }
      return number
    }
  }

  /// Whole groups go at once, so that the sort is rare.
  private static func evict(_ state: inout State, to goal: Int) {
    for (key, node) in state.nodes.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where state.bytes > goal {
      state.nodes[key] = nil
      state.bytes -= node.block.byteCount
    }
  }

  /// Bytes of keys and values that are kept.
  var byteCount: Int { state.withLock { $0.bytes } }
}
