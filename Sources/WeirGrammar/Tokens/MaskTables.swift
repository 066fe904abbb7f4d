/// An automaton with the masks that were computed of it.
///
/// Most tokens are decided by the upper frames of the stack alone: inside a string, whatever stands around it. So masks are
/// computed once for the frames above the last call (a *local* mask), with the nodes of the trie where the called rule may
/// be complete; only what follows these is looked at with the whole stack.
struct MaskTables: Sendable {
  /// What one set of threads allows as far as it is above its base.
  private struct Local: Sendable {
    /// As bits, or as a list where they are few.
    var words: [UInt64]
    var listed: [Int32]
    /// Nodes of the short tokens' trie at which the base may be returned to, and that have nodes below them.
    var exits: [Int32]
    /// Most frames above the base that were used or missing.
    var deepest: Int32
  }

  private struct Kept: Sendable {
    var mask: TokenMask
    var lastUse: Int
  }

  var automaton: GrammarTables
  /// States of another age have to be restored.
  let age: Int
  private var locals: [GrammarTables.Config: Local] = [:]
  private var localWords = 0
  private var masks: [GrammarTables.Config: Kept] = [:]
  private var uses = 0
  private var words: [UInt64] = []
  /// Configuration at each depth of the walk.
  private var path: [GrammarTables.Config] = []
  private var nodesLeft = 0

  /// Whole masks kept.
  private static let mostMasks = 128
  /// Words of local masks kept before it is time to begin anew.
  private static let localBudget = 1 << 20
  /// Nodes of the tries that are passed for one mask.
  private static let maximumNodes = 1 << 26
  /// More groups of threads than this are walked together.
  private static let mostGroups = 8

  init(program: GrammarProgram, age: Int) {
    automaton = GrammarTables(program: program)
    self.age = age
  }

  private var isSpent: Bool { automaton.isSpent || nodesLeft <= 0 }

  var isFull: Bool { automaton.isFull || localWords > Self.localBudget }

  /// Nil where it takes more work than is allowed; then the tables have to be renewed.
  mutating func mask(of config: GrammarTables.Config, _ texts: TokenTexts, ends: [Int32]) -> TokenMask? {
    uses += 1
    if let mask = masks[config]?.mask {
      masks[config]?.lastUse = uses
      return mask
    }
    automaton.budget = GrammarTables.maximumWork
    nodesLeft = Self.maximumNodes
    words = Array(repeating: 0, count: (texts.vocabularySize + 63) / 64)
    let groups = self.groups(of: config)
    if groups.count > Self.mostGroups {
      _ = walk(texts.short, from: 0, config, collectsExits: false)
    } else {
      for (stack, threads) in groups { add(threads, above: stack, texts.short) }
    }
    _ = walk(texts.long, from: 0, config, collectsExits: false)
    guard !isSpent else { return nil }
    automaton.budget = .max
    if automaton.canEnd(config) {
      for id in ends { words[Int(id) >> 6] |= 1 << UInt64(id & 63) }
    }
    let mask = TokenMask(words: words)
    if masks.count >= Self.mostMasks, let oldest = masks.min(by: { $0.value.lastUse < $1.value.lastUse }) {
      masks[oldest.key] = nil
    }
    masks[config] = Kept(mask: mask, lastUse: uses)
    return mask
  }

  /// The threads by the stack below their repetitions.
  private func groups(of config: GrammarTables.Config) -> [(stack: Int32, threads: [UInt64])] {
    guard config >= 0 else { return [] }
    var groups: [(stack: Int32, threads: [UInt64])] = []
    for thread in automaton.threads(of: config) {
      var stack = GrammarTables.stack(thread)
      while automaton.frames[Int(stack)].kind == .loop { stack = automaton.frames[Int(stack)].parent }
      if let index = groups.firstIndex(where: { $0.stack == stack }) {
        groups[index].threads.append(thread)
      } else {
        groups.append((stack, [thread]))
        if groups.count > Self.mostGroups { return groups }
      }
    }
    return groups
  }

  private mutating func add(_ threads: [UInt64], above stack: Int32, _ trie: TokenTrie) {
    let part = automaton.config(of: threads.map { rebased($0, stack) })
    let local = self.local(part, trie)
    guard automaton.depths[Int(stack)] + local.deepest <= Int32(automaton.program.maximumDepth) else {
      // Near the greatest depth the surroundings decide.
      _ = walk(trie, from: 0, automaton.config(of: threads), collectsExits: false)
      return
    }
    for index in local.words.indices { words[index] |= local.words[index] }
    for id in local.listed { words[Int(id) >> 6] |= 1 << UInt64(id & 63) }
    guard !local.exits.isEmpty, !isSpent else { return }
    let outside = automaton.config(after: stack)
    guard !automaton.isDead(outside) else { return }
    for node in local.exits { _ = walk(trie, from: Int(node), outside, collectsExits: false) }
  }

  /// The thread with its repetitions above the base, their counts cut to what one token can use.
  private mutating func rebased(_ thread: UInt64, _ stack: Int32) -> UInt64 {
    var frames: [GrammarTables.Frame] = []
    var number = GrammarTables.stack(thread)
    while number != stack {
      frames.append(automaton.frames[Int(number)])
      number = automaton.frames[Int(number)].parent
    }
    var above = GrammarTables.base
    let most = Int32(TokenTexts.longest + 1)
    for var frame in frames.reversed() {
      frame.needed = min(frame.needed, most)
      if frame.left != .max { frame.left = min(frame.left, most) }
      frame.parent = above
      above = automaton.push(frame)
    }
    return GrammarTables.thread(Int32(GrammarTables.place(thread)), above)
  }

  private mutating func local(_ config: GrammarTables.Config, _ trie: TokenTrie) -> Local {
    if let known = locals[config] { return known }
    let others = words
    words = Array(repeating: 0, count: others.count)
    let (exits, deepest) = walk(trie, from: 0, config, collectsExits: true)
    let found = TokenMask(words: words)
    let isShort = found.listed != nil && found.count < words.count
    let local = Local(
      words: isShort ? [] : words, listed: isShort ? found.listed ?? [] : [], exits: exits, deepest: deepest)
    words = others
    locals[config] = local
    localWords += 16 + local.words.count + (local.listed.count + local.exits.count) / 2
    return local
  }

  /// Sets the bits of the tokens below `origin` that can be read from `config` on.
  private mutating func walk(
    _ trie: TokenTrie, from origin: Int, _ config: GrammarTables.Config, collectsExits: Bool
  ) -> (exits: [Int32], deepest: Int32) {
    var exits: [Int32] = []
    guard config >= 0 else { return (exits, 0) }
    var deepest = automaton.deepest(config)
    let top = Int(trie.depths[origin])
    path = Array(repeating: config, count: 2)
    let end = Int(trie.ends[origin])
    var node = origin + 1
    while node < end {
      nodesLeft -= 1
      guard nodesLeft > 0 else { return (exits, deepest) }
      let depth = Int(trie.depths[node]) - top
      let byteClass = automaton.program.classes[Int(trie.bytes[node])]
      let next = automaton.step(path[depth - 1], byClass: byteClass)
      guard next >= 0 else {
        if automaton.isSpent { return (exits, deepest) }
        node = Int(trie.ends[node])
        continue
      }
      if collectsExits { deepest = max(deepest, automaton.deepest(next)) }
      if automaton.isDead(next) {
        node = Int(trie.ends[node])
        continue
      }
      if depth < path.count { path[depth] = next } else { path.append(next) }
      for index in Int(trie.firsts[node])..<Int(trie.firsts[node + 1]) {
        let id = trie.tokens[index]
        words[Int(id) >> 6] |= 1 << UInt64(id & 63)
      }
      if collectsExits, automaton.canExit(next), Int(trie.ends[node]) > node + 1 { exits.append(Int32(node)) }
      node += 1
    }
    return (exits, deepest)
  }
}
