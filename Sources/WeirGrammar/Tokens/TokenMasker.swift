internal import Synchronization

/// Which tokens of one vocabulary a grammar allows next.
///
/// May be used from several threads. What it computes is kept, within a bound, for all answers with this grammar.
package final class TokenMasker: Sendable {
  /// Places of the grammar that are looked at for one mask.
  package static let maximumWork = GrammarTables.maximumWork

  package let grammar: Grammar
  package let texts: TokenTexts
  private let ends: [Int32]
  private let kept: Mutex<MaskTables>

  /// - Parameter ends: tokens that end an answer; they are allowed exactly where the grammar can end.
  package init(_ grammar: Grammar, texts: TokenTexts, ends: Set<Int32>) throws(GrammarFailure) {
    try texts.check(grammar.program)
    self.grammar = grammar
    self.texts = texts
    self.ends = ends.filter { $0 >= 0 && Int($0) < texts.vocabularySize }.sorted()
    kept = Mutex(MaskTables(program: grammar.program, age: 0))
  }

  package func start() -> GrammarState {
    kept.withLock { tables in
      let config = tables.automaton.start()
      return Self.state(config, tables)
    }
  }

  /// The tokens that may come next; at least one.
  ///
  /// Throws `tooAmbiguous` where only tokens would remain whose readings are too many to follow, and where following the
  /// readings of all tokens together takes more than `maximumWork`.
  package func mask(for state: GrammarState) throws(GrammarFailure) -> TokenMask {
    let mask = kept.withLock { tables -> TokenMask? in
      renewIfFull(&tables)
      let mask = tables.mask(of: Self.config(state, &tables), texts, ends: ends)
      if mask == nil { tables = MaskTables(program: grammar.program, age: tables.age + 1) }
      return mask
    }
    guard let mask else { throw .tooAmbiguous(allowed: Self.maximumWork) }
    guard mask.count > 0 else { throw .tooAmbiguous(allowed: GrammarTables.maximumThreads) }
    return mask
  }

  /// The state after a token's text; nil where the grammar does not go on like this. Tokens without text change nothing.
  package func state(after text: some Sequence<UInt8>, in state: GrammarState) -> GrammarState? {
    kept.withLock { tables in
      renewIfFull(&tables)
      var config = Self.config(state, &tables)
      for byte in text {
        config = tables.automaton.step(config, by: byte)
        if tables.automaton.isDead(config) { return nil }
      }
      return Self.state(config, tables)
    }
  }

  /// The bytes that every text of the grammar goes on with from here; none where there is a choice, or the text may end.
  package func forcedBytes(after state: GrammarState, most: Int = 256) -> [UInt8] {
    kept.withLock { tables in
      tables.automaton.budget = GrammarTables.maximumWork
      defer { tables.automaton.budget = .max }
      var config = Self.config(state, &tables)
      var bytes: [UInt8] = []
      while bytes.count < most, !tables.automaton.canEnd(config), let byte = tables.automaton.onlyByte(after: config) {
        bytes.append(byte)
        config = tables.automaton.step(config, by: byte)
      }
      return bytes
    }
  }

  private func renewIfFull(_ tables: inout MaskTables) {
    if tables.isFull { tables = MaskTables(program: grammar.program, age: tables.age + 1) }
  }

  private static func state(_ config: GrammarTables.Config, _ tables: MaskTables) -> GrammarState {
    GrammarState(
      config: config, age: tables.age, snapshot: GrammarSnapshot(config, in: tables.automaton),
      canEnd: tables.automaton.canEnd(config))
  }

  private static func config(_ state: GrammarState, _ tables: inout MaskTables) -> GrammarTables.Config {
    state.age == tables.age ? state.config : state.snapshot.restored(in: &tables.automaton)
  }
}
